import { lazy, Suspense, useState } from 'react';
import { asCsv, asMarkdown, recommendation, type ResultRow } from '../../store/results/results';
import { forgetResults } from '../../store/results/results-storage';
import { useStudio } from '../kit/use-studio';
import { ReportComparison } from './report-comparison';
import { RunTable } from './run-table';

// recharts is the largest dependency; it is loaded with the first model.
const Charts = lazy(() => import('./charts').then((m) => ({ default: m.Charts })));
const ParetoChart = lazy(() => import('./pareto-chart').then((m) => ({ default: m.ParetoChart })));

function Recommendation({ rows }: { rows: readonly ResultRow[] }) {
  const advice = recommendation(rows);
  if (!advice) return null;
  return (
    <p className="advice" data-testid="advice" role="status">
      {advice.sentence}
    </p>
  );
}

function Copy({ rows }: { rows: readonly ResultRow[] }) {
  const [copied, setCopied] = useState('');
  const busy = useStudio((s) => s.job !== null);
  const copy = async (kind: string, text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(`Copied as ${kind}.`);
    } catch {
      setCopied('The browser did not allow copying.');
    }
  };
  return (
    <div className="actions">
      <button type="button" onClick={() => void copy('Markdown', asMarkdown(rows))}>
        Copy as Markdown
      </button>
      <button type="button" onClick={() => void copy('CSV', asCsv(rows))}>
        Copy as CSV
      </button>
      <button type="button" onClick={() => void copy('JSON', JSON.stringify(rows, null, 1))}>
        Copy as JSON
      </button>
      <button type="button" disabled={busy} onClick={() => void forgetResults()}>
        Forget these figures
      </button>
      <span className="note" role="status">
        {copied}
      </span>
    </div>
  );
}

/** Results: recommendation, charts, table. */
export function Results({ rows }: { rows: readonly ResultRow[] }) {
  const runs = rows.flatMap((r) => (r.run ? [r.run] : []));
  return (
    <>
      <Recommendation rows={rows} />
      <Suspense fallback={<p className="empty">Drawing…</p>}>
        {rows.some((r) => r.quality) && <ParetoChart rows={rows} />}
        {runs.length > 0 && <Charts runs={runs} />}
      </Suspense>
      <RunTable rows={rows} />
      <Copy rows={rows} />
      <ReportComparison rows={rows} />
    </>
  );
}
