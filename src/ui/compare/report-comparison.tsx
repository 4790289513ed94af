import { pairs } from '../../store/results/report';
import type { ResultRow } from '../../store/results/results';
import { visible } from '../../util/foreign-text';
import { Foreign } from '../kit/foreign';
import { ScrollRegion } from '../kit/scroll-region';
import { nats } from '../kit/units';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';
import { fixed, moment } from '../kit/numerals';

type Two = readonly [number | undefined, number | undefined];
const speed = (v: number | undefined) => (v === undefined ? '' : fixed(v, 1));
const kl = (v: number | undefined) => (v === undefined ? '' : nats(Math.max(0, v)));
const ratio = ([here, there]: Two) =>
  here === undefined || there === undefined ? '' : `${fixed(here / there, 2)} ×`;

/** Figures from here beside a loaded report. */
export function ReportComparison({ rows }: { rows: readonly ResultRow[] }) {
  const report = useStudio((s) => s.report);
  const fingerprint = useStudio((s) => s.model?.fingerprint);
  const words = useWords().compare;
  if (!report) return null;
  const device = report.runs[0]?.adapter ?? report.qualities[0]?.adapter ?? '';
  const date = moment(report.savedMs);
  const isOther = report.fingerprint !== fingerprint;
  const { generation, prompt, kl: loss } = words.columns;
  const heads = [
    generation.title(),
    words.there,
    words.hereOverThere,
    prompt.title(),
    words.there,
    words.hereOverThere,
    loss.title(),
    words.there,
  ];
  return (
    <section className="panel figures">
      <ScrollRegion label={words.beside}>
        <table className="tbl" data-testid="beside">
          <caption className="cap">
            {visible(words.reportCaption(report.model, device, date, isOther))}
          </caption>
          <thead>
            <tr>
              <th scope="col">{words.level}</th>
              {heads.map((head, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
                <th key={i} scope="col" className="n">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {pairs(rows, report).map((p) => (
              <tr key={p.type}>
                <th scope="row">
                  <Foreign text={p.type} />
                </th>
                {[p.generation, p.prompt].flatMap((two, i) =>
                  [speed(two[0]), speed(two[1]), ratio(two)].map((text, j) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
                    <td key={`${i} ${j}`} className="n">
                      {text}
                    </td>
                  )),
                )}
                <td className="n">{kl(p.kl[0])}</td>
                <td className="n">{kl(p.kl[1])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </section>
  );
}
