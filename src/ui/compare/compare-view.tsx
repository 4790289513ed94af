import { lazy, Suspense, useMemo } from 'react';
import { resultRows } from '../../store/results/results';
import { continueSweep, dropSweep, startSweep } from '../../store/work/sweep';
import { droppedSentence, conditionsOf, stepsLeft, underConditions } from '../../store/work/sweep-steps';
import { ViewFrame } from '../shell/view';
import { useWords } from '../words/use-words';
import { useStudio } from '../kit/use-studio';
import { MeasureForm } from './measure-form';
import { Results } from './results';

const SizeChart = lazy(() => import('./size-chart').then((m) => ({ default: m.SizeChart })));

/** Offers to continue an unfinished sweep. */
function Unfinished() {
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
    <div className="actions" data-testid="unfinished">
      <span>
        A sweep of {sweep.types.length} levels stopped with {left}{' '}
        {left === 1 ? 'measurement' : 'measurements'} to go.
        {kept.dropped.length > 0 && ` ${droppedSentence(kept.dropped, now)}`}
      </span>
      <button type="button" className="primary" disabled={blocked} onClick={() => void continueSweep()}>
        Go on
      </button>
      <button type="button" onClick={() => void dropSweep()}>
        Leave it
      </button>
    </div>
  );
}

/** Message about figures that a continued sweep dropped. */
function SweepNote() {
  const note = useStudio((s) => s.sweepNote);
  return note ? <p className="note">{note}</p> : null;
}

/** Memory, speed and quality of levels beside each other. */
export function CompareView() {
  const runs = useStudio((s) => s.runs);
  const qualities = useStudio((s) => s.qualities);
  const selected = useStudio((s) => s.selected);
  const plan = useStudio((s) => s.plan);
  const busy = useStudio((s) => s.job !== null);
  const blocked = useStudio((s) => !s.model || s.model.blocked !== null || s.noGpu !== null);
  const nothing = useStudio((s) => !s.lab.speed && !(s.lab.quality && s.model?.hasTokenizer));
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
    <ViewFrame id="compare" title={words.views.compare} className="legacy">
      <MeasureForm />
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={busy || blocked || nothing || selected.length === 0}
          onClick={() => void startSweep()}
        >
          Measure {selected.length} selected {selected.length === 1 ? 'level' : 'levels'}
        </button>
        <span className="note">
          Speed is taken one level at a time: 64 prompt tokens, then 16 greedy ones; one warm-up, five runs,
          median and spread.
        </span>
      </div>
      <SweepNote />
      <Unfinished />
      {rows.length === 0 ? (
        <p className="empty">
          Memory, speed and quality of each level on this machine stand here once they are measured.
        </p>
      ) : (
        <Results rows={rows} />
      )}
      {plan.length > 0 && (
        <Suspense fallback={<p className="empty">Drawing…</p>}>
          <SizeChart plan={plan} />
        </Suspense>
      )}
    </ViewFrame>
  );
}
