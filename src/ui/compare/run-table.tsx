import { useState } from 'react';
import { columns, type ResultRow, sortRows } from '../../store/results/results';
import { formatBytes } from '../../util/bytes';
import { visible } from '../../util/foreign-text';
import { ScrollRegion } from '../kit/scroll-region';

/** Tooltip of a cell. */
function detail(id: string, { run, quality }: ResultRow): string | undefined {
  if (id === 'ceiling' && run) {
    const { bytesPerToken, byBytes, dispatchesPerToken, byDispatches } = run.bound;
    return `${formatBytes(bytesPerToken)} a token: ${byBytes.toFixed(1)} t/s; ${dispatchesPerToken} dispatches a token: ${byDispatches.toFixed(1)} t/s`;
  }
  if (id === 'kl' && quality) {
    const { mean, standardError, median, p90, p95, p99, p999, max } = quality.measured.kl;
    const parts = { mean, 'standard error': standardError, median, '90 %': p90, '95 %': p95, '99 %': p99 };
    const all = Object.entries({ ...parts, '99.9 %': p999, largest: max });
    return all.map(([name, v]) => `${name} ${v.toPrecision(3)}`).join(', ');
  }
  return undefined;
}

/** Table of the measurements; every column sorts. */
export function RunTable({ rows }: { rows: readonly ResultRow[] }) {
  const [sort, setSort] = useState<{ id: string; descending: boolean } | null>(null);
  const shown = sort ? sortRows(rows, sort.id, sort.descending) : rows;
  const used = columns.filter((c) => rows.some((r) => c.value(r) !== undefined));
  const known = rows.find((r) => r.run)?.run ?? rows[0]?.quality;
  const quality = rows.find((r) => r.quality)?.quality;
  return (
    <ScrollRegion label="Table of measurements">
      <table data-testid="runs">
        <caption>
          {visible(known?.adapter ?? '')}, {known && new Date(known.measuredMs).toLocaleString()}
          {quality &&
            `; quality beside ${quality.base} on ${quality.measured.level.tokens} tokens of ${visible(quality.textLabel)} (${quality.chunks} chunks of ${quality.context})${quality.paged ? '; layer by layer, as the two did not fit beside each other' : ''}`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Level</th>
            {used.map((c) => {
              const own = sort?.id === c.id ? sort : null;
              return (
                <th
                  key={c.id}
                  scope="col"
                  className="num"
                  title={c.help}
                  aria-sort={own ? (own.descending ? 'descending' : 'ascending') : 'none'}
                >
                  <button
                    type="button"
                    className="plain"
                    onClick={() => setSort({ id: c.id, descending: own ? !own.descending : false })}
                  >
                    {c.title}
                    <span aria-hidden="true">{own ? (own.descending ? ' ↓' : ' ↑') : ''}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.type}>
              <th scope="row">{row.type}</th>
              {used.map((c) => {
                const value = c.value(row);
                return (
                  <td key={c.id} className="num" data-column={c.id} title={detail(c.id, row)}>
                    {value === undefined ? '' : c.text(value, row)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
