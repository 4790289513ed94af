import { dismissEngineNotice, dismissProblem } from '../../store/work/job';
import { reloadToNewVersion } from '../../store/work/site';
import { Foreign } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';

/** An error, until it is dismissed or the next job starts. */
function ProblemNotice() {
  const problem = useStudio((s) => s.problem);
  const words = useWords().shell;
  if (!problem) return null;
  return (
    <div className="note bad" role="alert">
      <Icon name="warn" />
      <p>
        <b>
          <Foreign text={problem.message} />
        </b>{' '}
        <span>
          <Foreign text={problem.hint} />
        </span>
      </p>
      <div className="acts">
        <button className="btn" type="button" onClick={dismissProblem}>
          {words.dismiss}
        </button>
      </div>
    </div>
  );
}

/** Says that the engine was replaced, until it is dismissed. */
function EngineNotice() {
  const notice = useStudio((s) => s.engineNotice);
  const words = useWords().shell;
  if (notice === null) return null;
  return (
    <div className="note warn" role="status" data-testid="engine-notice">
      <Icon name="warn" />
      <p>{notice}</p>
      <div className="acts">
        <button className="btn" type="button" onClick={dismissEngineNotice}>
          {words.dismiss}
        </button>
      </div>
    </div>
  );
}

/** Tells of a version of the page that is newer than this one, and lets it in when the person says so. */
function NewVersion() {
  const newVersion = useStudio((s) => s.site.newVersion);
  const words = useWords().shell;
  return (
    <div className="new-version" role="status">
      {newVersion !== 'none' && (
        <div className="note info">
          <Icon name="info" />
          <p>{newVersion === 'refused' && <span>{words.newVersionWaits}</span>}</p>
          <div className="acts">
            <button className="btn" type="button" onClick={() => void reloadToNewVersion()}>
              {words.newVersion}
            </button>
          </div>
        </div>
      )}
    </div>
  );
}

/** Rows under the top bar: they stay until they are solved or dismissed, in every view. */
export function Notices() {
  return (
    <div className="notices">
      <NewVersion />
      <EngineNotice />
      <ProblemNotice />
    </div>
  );
}
