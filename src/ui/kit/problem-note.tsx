import { dismissEngineNotice, dismissProblem } from '../../store/work/job';
import type { Problem } from '../../store/state';
import { Foreign } from './foreign';
import { useStudio } from './use-studio';

/** The error of a panel, until it is dismissed or the next job starts. */
export function ProblemNote(props: { place: Problem['place'] }) {
  const problem = useStudio((s) => (s.problem?.place === props.place ? s.problem : null));
  if (!problem) return null;
  return (
    <div className="problem" role="alert">
      <p>
        <strong>
          <Foreign text={problem.message} />
        </strong>{' '}
        <Foreign text={problem.hint} />
      </p>
      <button type="button" onClick={dismissProblem}>
        Dismiss
      </button>
    </div>
  );
}

/** Says that the engine was replaced, until it is dismissed. */
export function EngineNotice() {
  const notice = useStudio((s) => s.engineNotice);
  if (notice === null) return null;
  return (
    <div className="problem" role="status" data-testid="engine-notice">
      <p>{notice}</p>
      <button type="button" onClick={dismissEngineNotice}>
        Dismiss
      </button>
    </div>
  );
}
