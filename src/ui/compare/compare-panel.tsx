import { lazy, Suspense } from 'react';
import { benchmarkSelected } from '../../store/actions';
import { JobBar } from '../kit/job-bar';
import { Panel } from '../kit/panel';
import { ProblemNote } from '../kit/problem-note';
import { useStudio } from '../kit/use-studio';
import { RunTable } from './run-table';

// recharts is the largest part of the page; it comes with the first model.
const Charts = lazy(() => import('./charts').then((m) => ({ default: m.Charts })));
const SizeChart = lazy(() => import('./size-chart').then((m) => ({ default: m.SizeChart })));

export function ComparePanel() {
  const runs = useStudio((s) => s.runs);
  const selected = useStudio((s) => s.selected);
  const plan = useStudio((s) => s.plan);
  const busy = useStudio((s) => s.job !== null);
  const blocked = useStudio((s) => !s.model || s.model.blocked !== null || s.noGpu !== null);
  return (
    <Panel id="compare" title="Compare">
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={busy || blocked || selected.length === 0}
          onClick={() => void benchmarkSelected()}
        >
          Measure {selected.length} selected {selected.length === 1 ? 'level' : 'levels'}
        </button>
        <span className="note">
          One level at a time: 64 prompt tokens, then 16 greedy ones; one warm-up, five runs, median and
          spread.
        </span>
      </div>
      <JobBar kinds={['benchmark']} />
      <ProblemNote place="compare" />
      {runs.length === 0 ? (
        <p className="empty">
          Memory and speed of each level on this machine stand here once they are measured.
        </p>
      ) : (
        <>
          <Suspense fallback={<p className="empty">Drawing…</p>}>
            <Charts runs={runs} />
          </Suspense>
          <RunTable runs={runs} />
        </>
      )}
      {plan.length > 0 && (
        <Suspense fallback={<p className="empty">Drawing…</p>}>
          <SizeChart plan={plan} />
        </Suspense>
      )}
    </Panel>
  );
}
