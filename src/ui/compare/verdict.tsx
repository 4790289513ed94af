import { useMemo } from 'react';
import { Link } from 'wouter';
import { adviceFor, candidatesOf, type Situation } from '../../store/results/candidates';
import type { ResultRow } from '../../store/results/results';
import { measureMore } from '../../store/work/sweep';
import { moreTime } from '../../store/work/times';
import { Dot, familyOf } from '../kit/family';
import { useSettings } from '../kit/use-settings';
import { useStudio } from '../kit/use-studio';
import { exportPath } from '../route/routes';
import { useAddress } from '../route/use-address';
import { useWords } from '../words/use-words';
import { type Finding, findingOf } from './finding';

/** The answer that measured levels give; null where none was measured beside the baseline. */
export function useFinding(rows: readonly ResultRow[]): Finding | null {
  const words = useWords().compare;
  const plan = useStudio((s) => s.plan);
  const context = useStudio((s) => s.context);
  const contextLength = useStudio((s) => s.model?.contextLength ?? null);
  const parameters = useStudio((s) => s.model?.parameters ?? null);
  const memoryBytes = useSettings((s) => s.gpuMemoryBytes);
  return useMemo(() => {
    const base = rows.find((r) => r.quality)?.quality?.base;
    if (base === undefined) return null;
    const situation: Situation = { plan, rows, base, context, contextLength, parameters, memoryBytes };
    return findingOf(adviceFor(situation, 'measured'), candidatesOf(situation), base, words);
  }, [rows, plan, context, contextLength, parameters, memoryBytes, words]);
}

/** Levels of a sweep that are measured for all it wants; null where none is under way. */
export function usePartial(): { done: number; of: number } | null {
  const of = useStudio((s) => s.sweep?.types.length ?? 0);
  const done = useStudio((s) => {
    const { sweep, runs, qualities } = s;
    if (!sweep) return 0;
    const has = (type: string) =>
      (!sweep.quality || qualities.some((q) => q.type === type && q.chunks === sweep.chunks)) &&
      (!sweep.speed || runs.some((r) => r.type === type && r.measuredMs >= sweep.startedMs));
    return sweep.types.filter(has).length;
  });
  return of > 0 ? { done, of } : null;
}

/** Measures on more text what is still open, and says how long it takes. */
function More({ finding, rows }: { finding: Finding; rows: readonly ResultRow[] }) {
  const words = useWords().compare;
  const busy = useStudio((s) => s.job !== null);
  const blocked = useStudio((s) => s.noGpu !== null);
  const of = rows.find((r) => r.type === finding.type)?.quality;
  const each = of ? of.measured.level.tokens / of.chunks : 1;
  const chunks = Math.ceil((finding.wantedTokens ?? 0) / each);
  const ms = useStudio((s) => (of ? moreTime(s, finding.open, of, chunks).ms : null));
  const end = useStudio((s) => s.textEnd);
  if (!of || finding.wantedTokens === null) return null;
  // More of a text than there is tells nothing new.
  if (end?.textLabel === of.textLabel && end.context === of.context && of.chunks >= end.chunks)
    return (
      <p className="cap" role="status">
        {words.textEnds(end.chunks)}
      </p>
    );
  return (
    <button
      className="btn"
      type="button"
      disabled={busy || blocked}
      onClick={() => void measureMore(finding.open, of, chunks)}
    >
      {words.measureMore(finding.open, ms)}
    </button>
  );
}

/** The answer before the charts: the level to take, and how surely. */
export function Verdict({ rows }: { rows: readonly ResultRow[] }) {
  const words = useWords().compare;
  const { modelId } = useAddress();
  const finding = useFinding(rows);
  const partial = usePartial();
  if (!finding) return null;
  const shown = finding.open.length > 0 ? finding.open : finding.type === null ? [] : [finding.type];
  return (
    <section className={`verdict ${finding.kind}`} data-testid="advice" data-kind={finding.kind}>
      <span className="marks" aria-hidden="true">
        {shown.slice(0, 2).map((type) => (
          <Dot key={type} family={familyOf(type)} />
        ))}
      </span>
      <div role="status">
        <h2>
          {partial && <span>{words.partial(partial.done, partial.of)}</span>}
          {finding.title}
        </h2>
        <p>{finding.sentences.join(' ')}</p>
      </div>
      <div className="acts">
        <More finding={finding} rows={rows} />
        {finding.type !== null && (
          <Link className="btn" href={exportPath(modelId ?? '', finding.type)}>
            {words.download(finding.type)}
          </Link>
        )}
      </div>
    </section>
  );
}
