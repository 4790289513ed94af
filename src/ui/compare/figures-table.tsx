import { useState } from 'react';
import { type ResultRow, sortRows } from '../../store/results/results';
import { forgetResults } from '../../store/results/results-storage';
import { visible } from '../../util/foreign-text';
import { Dot, familyOf } from '../kit/family';
import { ScrollRegion } from '../kit/scroll-region';
import { useStudio } from '../kit/use-studio';
import { useWords } from '../words/use-words';
import { conditionsText, detailOf, figureText, shownColumns, titleOf, unitsOf } from './figure-text';
import { Copy } from './save';

/** Every figure of what was measured; columns sort. */
export function FiguresTable({ rows }: { rows: readonly ResultRow[] }) {
  const words = useWords().compare;
  const busy = useStudio((s) => s.job !== null);
  const [sort, setSort] = useState<{ id: string; descending: boolean } | null>(null);
  const shown = sort ? sortRows(rows, sort.id, sort.descending) : rows;
  const used = shownColumns(rows);
  const units = unitsOf(rows);
  return (
    <section className="panel figures">
      <ScrollRegion label={words.tableOf}>
        <table className="tbl" data-testid="runs">
          <caption className="cap">{visible(conditionsText(rows, words))}</caption>
          <thead>
            <tr>
              <th scope="col">{words.level}</th>
              {used.map(({ id }) => {
                const own = sort?.id === id ? sort : null;
                return (
                  <th
                    key={id}
                    scope="col"
                    className="n"
                    title={words.columns[id].help}
                    aria-sort={own ? (own.descending ? 'descending' : 'ascending') : 'none'}
                  >
                    <button
                      type="button"
                      onClick={() => setSort({ id, descending: own ? !own.descending : false })}
                    >
                      {titleOf(id, units, words)}
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.type} data-row={row.type}>
                <th scope="row">
                  <Dot family={familyOf(row.type)} /> {row.type}
                </th>
                {used.map(({ id, value }) => {
                  const found = value(row);
                  return (
                    <td key={id} className="n" data-column={id} title={detailOf(id, row, words)}>
                      {found === undefined ? '' : figureText(id, found, row, units, words)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <details className="meaning">
        <summary>{words.meaning}</summary>
        <dl className="terms">
          {used.map(({ id }) => (
            <div key={id}>
              <dt>{titleOf(id, units, words)}</dt>
              <dd>{words.columns[id].help}</dd>
            </div>
          ))}
        </dl>
      </details>
      <div className="acts">
        <Copy rows={rows} />
        <span className="push" />
        <button className="btn quiet" type="button" disabled={busy} onClick={() => void forgetResults()}>
          {words.forget}
        </button>
      </div>
    </section>
  );
}
