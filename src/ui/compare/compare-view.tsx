import { lazy, Suspense, useMemo } from 'react';
import { Link } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { resultRows, type ResultRow } from '../../store/results/results';
import { continueSweep, dropSweep } from '../../store/work/sweep';
import { conditionsOf, droppedSentence, stepsLeft, underConditions } from '../../store/work/sweep-steps';
import { useStudio } from '../kit/use-studio';
import { type ComparePart, comparePart, compareParts, comparePath } from '../route/routes';
import { useAddress } from '../route/use-address';
import { ViewFrame } from '../shell/view';
import { useWords } from '../words/use-words';
import { FiguresTable } from './figures-table';
import { ReportComparison } from './report-comparison';
import { Save } from './save';
import { Setup } from './setup';
import { SideBySide } from './side-by-side';
import { Verdict } from './verdict';

// recharts is the largest dependency; it comes with the first chart.
const Figures = lazy(() => import('./figures').then((m) => ({ default: m.Figures })));

/** Offers to continue a measurement that was stopped. */
function Unfinished() {
  const words = useWords().compare;
  const sweep = useStudio((s) => (s.job ? null : s.sweep));
  const runs = useStudio((s) => s.runs);
  const qualities = useStudio((s) => s.qualities);
  const blocked = useStudio((s) => s.noGpu !== null);
  const kvType = useStudio((s) => s.kvType);
  const device = useStudio((s) => s.device);
  if (!sweep) return null;
  const now = conditionsOf({ kvType, device });
  const kept = underConditions(sweep, runs, qualities, now);
  const left = stepsLeft(kept.sweep, kept.runs, kept.qualities).length;
  return (
    <div className="inset resume" data-testid="unfinished" data-left={left}>
      <p>
        {words.unfinished(sweep.types.length, left)}
        {kept.dropped.length > 0 && ` ${droppedSentence(kept.dropped, now)}`}
      </p>
      <button type="button" className="btn" disabled={blocked} onClick={() => void continueSweep()}>
        {words.goOn}
      </button>
      <button type="button" className="btn quiet" onClick={() => void dropSweep()}>
        {words.leave}
      </button>
    </div>
  );
}

/** Message about figures that a continued sweep dropped. */
function SweepNote() {
  const note = useStudio((s) => s.sweepNote);
  return note ? <p className="cap">{note}</p> : null;
}

function Parts({ part }: { part: ComparePart }) {
  const words = useWords().compare;
  const { modelId } = useAddress();
  return (
    <nav className="seg" aria-label={words.parts}>
      {(Object.keys(compareParts) as ComparePart[]).map((each) => (
        <Link
          key={each}
          href={comparePath(modelId ?? '', each)}
          aria-current={each === part ? 'page' : undefined}
        >
          {words[each]}
        </Link>
      ))}
    </nav>
  );
}

function Measured({ rows, part }: { rows: readonly ResultRow[]; part: ComparePart }) {
  const words = useWords().compare;
  const noGpu = useStudio((s) => s.noGpu !== null);
  return (
    <>
      <SweepNote />
      <Unfinished />
      <Verdict rows={rows} />
      {rows.length === 0 && <p className="cap">{noGpu ? words.emptyNoGpu : words.empty}</p>}
      {part === 'charts' ? (
        <Suspense fallback={<p className="cap">{words.drawing}</p>}>
          <Figures rows={rows} />
        </Suspense>
      ) : (
        rows.length > 0 && <FiguresTable rows={rows} />
      )}
      <ReportComparison rows={rows} />
    </>
  );
}

/** Loss, speed and memory of each level: in charts, in a table, and in what it writes. */
export function CompareView() {
  const runs = useStudio((s) => s.runs);
  const qualities = useStudio((s) => s.qualities);
  const plan = useStudio((s) => s.plan);
  const [path] = useHashLocation();
  const part = comparePart(path);
  const words = useWords();
  const rows = useMemo(
    () =>
      resultRows(
        runs,
        qualities,
        plan.map((p) => p.type),
      ),
    [runs, qualities, plan],
  );
  return (
    <ViewFrame
      id="compare"
      title={words.views.compare}
      tabs={<Parts part={part} />}
      aside={part === 'side' ? undefined : <Save rows={rows} hasCharts={part === 'charts'} />}
    >
      {part === 'side' ? (
        <SideBySide />
      ) : (
        <>
          <Setup />
          <Measured rows={rows} part={part} />
        </>
      )}
    </ViewFrame>
  );
}
