import { useHashLocation } from 'wouter/use-hash-location';
import { clearSelection, prepareSelected } from '../../store/work/actions';
import { exportLevels } from '../../store/work/exports';
import { Foreign } from '../kit/foreign';
import { Icon } from '../kit/icon';
import { GpuMemory } from '../kit/gpu-memory';
import { megaOrGiga, weights } from '../kit/units';
import { useStudio } from '../kit/use-studio';
import { exportedLevel } from '../route/routes';
import { ViewFrame } from '../shell/view';
import { useWords } from '../words/use-words';
import { Choose } from './choose';
import { ExportSheet } from './export-sheet';
import { LevelTable } from './level-table';
import { Consent } from './saving';
import { useChoice } from './use-choice';
import { Context, Importance, More, Rules } from './settings';

/** The levels that are chosen, what they take, and what to do with them. */
function Foot() {
  const plan = useStudio((s) => s.plan);
  const selected = useStudio((s) => s.selected);
  const noGpu = useStudio((s) => s.noGpu !== null);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords().levels;
  const chosen = plan.filter((row) => selected.includes(row.type) && row.refusal === null);
  const sizeBytes = chosen.reduce((n, row) => n + row.fileBytes, 0);
  const isNone = chosen.length === 0;
  return (
    <>
      <p>
        <b>{words.count(chosen.length)}</b>{' '}
        <span className="sub">{isNone ? '' : words.inAll(megaOrGiga(sizeBytes))}</span>
      </p>
      <span className="push" />
      <button className="btn quiet wide" type="button" disabled={isNone} onClick={clearSelection}>
        {words.clear}
      </button>
      {chosen.length > 1 && (
        <button
          className="btn large"
          type="button"
          disabled={busy || noGpu}
          onClick={() => void exportLevels(selected)}
        >
          {words.downloadCount(chosen.length)}
        </button>
      )}
      <button
        className="btn main large"
        type="button"
        disabled={busy || isNone || noGpu}
        onClick={() => void prepareSelected()}
      >
        {noGpu ? words.needsWebGpu : words.quantize(chosen.length)}
      </button>
    </>
  );
}

/** Shown once: the warning is about the model, so all levels have the same one. */
function Warning() {
  const warning = useStudio((s) => s.plan.find((p) => p.warning !== null)?.warning);
  return warning ? (
    <p className="is warn">
      <Icon name="warn" />
      <Foreign text={warning} />
    </p>
  ) : null;
}

/** Every precision level: choose, make, take along. */
export function LevelsView() {
  const count = useStudio((s) => s.plan.length);
  const parameters = useStudio((s) => s.model?.parameters ?? 0);
  const [path] = useHashLocation();
  const exported = exportedLevel(path);
  const choosing = useChoice();
  const words = useWords();
  return (
    <ViewFrame
      id="levels"
      title={words.views.levels}
      sub={words.levels.ways(count, weights(parameters))}
      aside={
        <>
          <GpuMemory />
          <Context />
          <More />
          <Importance />
        </>
      }
      foot={<Foot />}
    >
      <Warning />
      <Rules />
      <Consent />
      <Choose {...choosing} />
      <LevelTable {...choosing} />
      {exported !== null && <ExportSheet type={exported} />}
    </ViewFrame>
  );
}
