import { useRef } from 'react';
import { offerDownload } from '../../store/work/actions';
import { saveReport, takeReport } from '../../store/results/take-report';
import { pairs } from '../../store/results/report';
import type { ResultRow } from '../../store/results/results';
import { Foreign } from '../kit/foreign';
import { ScrollRegion } from '../kit/scroll-region';
import { useStudio } from '../kit/use-studio';

const speed = (v: number | undefined) => (v === undefined ? '' : v.toFixed(1));
const kl = (v: number | undefined) => (v === undefined ? '' : v.toPrecision(2));
const ratio = ([here, there]: readonly [number | undefined, number | undefined]) =>
  here === undefined || there === undefined ? '' : `${(here / there).toFixed(2)} ×`;

const There = () => (
  <th scope="col" className="num">
    there
  </th>
);
const Ratio = () => (
  <th scope="col" className="num">
    here / there
  </th>
);

/** Saves and loads reports, and compares a loaded one with the results here. */
export function ReportComparison({ rows }: { rows: readonly ResultRow[] }) {
  const report = useStudio((s) => s.report);
  const fingerprint = useStudio((s) => s.model?.fingerprint);
  const file = useRef<HTMLInputElement>(null);
  const there = report?.runs[0]?.adapter ?? report?.qualities[0]?.adapter ?? '';
  return (
    <>
      <div className="actions">
        <button type="button" onClick={() => offerDownload(saveReport(), 'nibble-report.json')}>
          Save a report
        </button>
        <button type="button" onClick={() => file.current?.click()}>
          Lay a report beside…
        </button>
        <input
          ref={file}
          type="file"
          hidden
          accept=".json,application/json"
          data-testid="report-file"
          onChange={(e) => {
            const [chosen] = e.currentTarget.files ?? [];
            e.currentTarget.value = '';
            if (chosen) void takeReport(chosen.name, chosen);
          }}
        />
      </div>
      {report && (
        <ScrollRegion label="This device beside a report">
          <table data-testid="beside">
            <caption>
              Here beside <Foreign text={report.model} /> on <Foreign text={there} />,{' '}
              {new Date(report.savedMs).toLocaleString()}
              {report.fingerprint !== fingerprint && ' (another model)'}
            </caption>
            <thead>
              <tr>
                <th scope="col">Level</th>
                <th scope="col" className="num">
                  Generation t/s
                </th>
                <There />
                <Ratio />
                <th scope="col" className="num">
                  Prompt t/s
                </th>
                <There />
                <Ratio />
                <th scope="col" className="num">
                  Mean KL
                </th>
                <There />
              </tr>
            </thead>
            <tbody>
              {pairs(rows, report).map((p) => (
                <tr key={p.type}>
                  <th scope="row">
                    <Foreign text={p.type} />
                  </th>
                  <td className="num">{speed(p.generation[0])}</td>
                  <td className="num">{speed(p.generation[1])}</td>
                  <td className="num">{ratio(p.generation)}</td>
                  <td className="num">{speed(p.prompt[0])}</td>
                  <td className="num">{speed(p.prompt[1])}</td>
                  <td className="num">{ratio(p.prompt)}</td>
                  <td className="num">{kl(p.kl[0])}</td>
                  <td className="num">{kl(p.kl[1])}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </>
  );
}
