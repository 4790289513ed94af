import type { PlanRow } from '../../studio/summary';
import { prepareSelected } from '../../store/work/actions';
import { changePlan } from '../../store/model/plan';
import { Choice } from '../kit/choice';
import { Foreign } from '../kit/foreign';
import { ViewFrame } from '../shell/view';
import { useWords } from '../words/use-words';
import { useStudio } from '../kit/use-studio';
import { ScrollRegion } from '../kit/scroll-region';
import { Imatrix } from './imatrix';
import { LevelRow } from './level-row';
import { DownloadSelected, Saving } from './saving';
import { Search } from './search';

/** Shown once: the warning is about the model, so all levels have the same one. */
function Warning() {
  const warning = useStudio((s) => s.plan.find((p) => p.warning !== null)?.warning);
  return warning ? (
    <p className="note">
      <Foreign text={warning} />
    </p>
  ) : null;
}

function Settings() {
  const model = useStudio((s) => s.model);
  const context = useStudio((s) => s.context);
  const kvType = useStudio((s) => s.kvType);
  const kvTypes = useStudio((s) => s.lists.kvTypes);
  const fallback = useStudio((s) => s.fallbackToF16);
  const refused = useStudio((s) => s.fallbackToF16 || s.plan.some((p) => p.curedByF16));
  const strict = useStudio((s) => s.strict);
  const hasFallbacks = useStudio((s) => s.strict || s.plan.some((p) => p.fallbacks.length > 0));
  const busy = useStudio((s) => s.job !== null);
  const max = model?.contextLength ?? 0;
  const steps = [128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072].filter((n) => n < max);
  return (
    <div className="settings">
      {max > 0 && (
        <>
          <Choice
            label="Context"
            options={[...steps, max].map((n) => [n, `${n} tokens`] as const)}
            value={context}
            disabled={busy}
            onChoose={(context) => void changePlan({ context })}
          />
          <Choice
            label="Cache"
            options={kvTypes.map((type) => [type, `${type} keys and values`] as const)}
            value={kvType}
            disabled={busy}
            onChoose={(kvType) => void changePlan({ kvType })}
          />
        </>
      )}
      {refused && (
        <label className="check">
          <input
            type="checkbox"
            checked={fallback}
            disabled={busy}
            onChange={(e) => void changePlan({ fallbackToF16: e.currentTarget.checked })}
          />
          Keep rows that fit no block as F16 (llama-quantize refuses them)
        </label>
      )}
      {hasFallbacks && (
        <label className="check">
          <input
            type="checkbox"
            checked={strict}
            disabled={busy}
            onChange={(e) => void changePlan({ strict: e.currentTarget.checked })}
          />
          Strict: refuse a level instead of falling back to another type
        </label>
      )}
    </div>
  );
}

/** Groups levels by width: FP32, 16-bit, 8-bit and so on. */
function groupByWidth(plan: readonly PlanRow[]): [string, PlanRow[]][] {
  const groups = new Map<string, PlanRow[]>();
  for (const row of plan) {
    groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  }
  return [...groups];
}

/** Every precision level: choose, make, take along. */
export function LevelsView() {
  const plan = useStudio((s) => s.plan);
  const selected = useStudio((s) => s.selected.length);
  const noGpu = useStudio((s) => s.noGpu);
  const busy = useStudio((s) => s.job !== null);
  const words = useWords();
  const groups = groupByWidth(plan);
  return (
    <ViewFrame id="levels" title={words.views.levels} className="legacy">
      <Settings />
      <Imatrix />
      <Search />
      <Warning />
      <ScrollRegion label="Table of levels">
        <table className="levels">
          <thead>
            <tr>
              <th scope="col">Level</th>
              <th scope="col" className="num" title="Exact size of the GGUF">
                File
              </th>
              <th scope="col" className="num" title="Bits per weight over all tensors">
                bpw
              </th>
              <th
                scope="col"
                className="num"
                title="Weights, cache and work space on the GPU at the chosen context"
              >
                GPU memory
              </th>
              <th
                scope="col"
                className="num"
                title="RMS error over all weights, relative to their RMS; measured on the GPU"
              >
                Error
              </th>
              <th scope="col">State</th>
              <th scope="col">
                <span className="hidden">Download</span>
              </th>
            </tr>
          </thead>
          {groups.map(([name, rows]) => (
            <tbody key={name}>
              <tr className="group">
                <th scope="rowgroup" colSpan={7}>
                  {name}
                </th>
              </tr>
              {rows.map((row) => (
                <LevelRow key={row.type} row={row} />
              ))}
            </tbody>
          ))}
        </table>
      </ScrollRegion>
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={busy || selected === 0 || noGpu !== null}
          onClick={() => void prepareSelected()}
        >
          Quantize {selected} {selected === 1 ? 'level' : 'levels'} on the GPU
        </button>
        <DownloadSelected />
        {noGpu && <span className="note">{noGpu}</span>}
      </div>
      <Saving />
    </ViewFrame>
  );
}
