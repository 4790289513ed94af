import { useRef, useState } from 'react';
import type { Candidate } from '../../store/results/advice-types';
import type { PlanRow } from '../../studio/summary';
import { Dot, type Family, families, familyOf } from '../kit/family';
import { ScrollRegion } from '../kit/scroll-region';
import { useSettings } from '../kit/use-settings';
import { useStudio } from '../kit/use-studio';
import { sizeUnit } from '../kit/units';
import { useWords } from '../words/use-words';
import { klOf } from './kl-of';
import { LevelRow, type Loss } from './level-row';
import type { Choosing } from './use-choice';

const COLUMNS = ['order', 'name', 'file', 'bits', 'memory', 'loss'] as const;
type Column = (typeof COLUMNS)[number];
interface Order {
  readonly by: Column;
  readonly isDown: boolean;
}
const CLASSES: Record<Column, string> = {
  order: 'g',
  name: 'l',
  file: 'n z',
  bits: 'n b',
  memory: 'm wide',
  loss: 'n k',
};
/** The help of a column, where it has one. */
const HELP: Partial<Record<Column, 'file' | 'bits' | 'memory' | 'loss'>> = {
  file: 'file',
  bits: 'bits',
  memory: 'memory',
  loss: 'loss',
};

/** Rows in an order; those without a figure come last. */
function inOrder(
  rows: readonly PlanRow[],
  { by, isDown }: Order,
  klOf: (type: string) => number | null,
): readonly PlanRow[] {
  if (by === 'order') return isDown ? rows.toReversed() : rows;
  const keyOf = (row: PlanRow): number | string | null =>
    ({
      name: row.type,
      file: row.fileBytes,
      bits: row.bitsPerWeight,
      memory: row.weightBytes + row.runtimeBytes,
      loss: klOf(row.type),
    })[by];
  return rows.toSorted((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    const way = x < y ? -1 : x > y ? 1 : 0;
    return isDown ? -way : way;
  });
}

function Families({ of }: { of: readonly PlanRow[] }) {
  const words = useWords().levels.families;
  const there = new Set(of.map((row) => familyOf(row.type)));
  return (
    <span className="keys wide">
      {families
        .filter((family: Family) => there.has(family))
        .map((family) => (
          <span className="key" key={family}>
            <Dot family={family} />
            {words[family]}
          </span>
        ))}
    </span>
  );
}

/** All levels, a line each, sorted by any column. */
export function LevelTable({ candidates, timesTooLarge }: Choosing) {
  const plan = useStudio((s) => s.plan);
  const total = useSettings((s) => s.gpuMemoryBytes);
  const [order, setOrder] = useState<Order>({ by: 'order', isDown: false });
  const [onlyFitting, setOnlyFitting] = useState(false);
  const [at, setAt] = useState('');
  const body = useRef<HTMLTableSectionElement>(null);
  const { levels: words, help } = useWords();
  const unit = sizeUnit(Math.max(0, ...plan.map((row) => row.fileBytes)));
  const fits = (row: PlanRow) => total === null || row.weightBytes + row.runtimeBytes <= total;
  const allowed = plan.filter((row) => row.refusal === null);
  const byType = new Map<string, Candidate>(candidates.map((c) => [c.type, c]));
  /** Loss of a level, as far as it is known: of a model that is far larger than those of the table, as measured only. */
  const lossOfType = (type: string): Loss | null => {
    const of = byType.get(type);
    const kl = of && (of.measured || timesTooLarge === null) ? klOf(of) : null;
    return kl === null ? null : { kl, isMeasured: of!.measured !== null };
  };
  const shown = inOrder(
    onlyFitting ? plan.filter(fits) : plan,
    order,
    (type) => lossOfType(type)?.kl ?? null,
  );
  const reached = shown.some((row) => row.type === at) ? at : shown[0]?.type;
  const sort = (by: Column) =>
    setOrder(
      order.by !== by
        ? { by, isDown: false }
        : order.isDown
          ? { by: 'order', isDown: false }
          : { by, isDown: true },
    );
  const move = (from: string, steps: number) => {
    const next = shown[shown.findIndex((row) => row.type === from) + steps];
    if (!next) return;
    setAt(next.type);
    body.current?.querySelector<HTMLElement>(`[data-level="${CSS.escape(next.type)}"]`)?.focus();
  };
  return (
    <div className="panel all">
      <div className="ph">
        <h2>{words.all}</h2>
        <span className="cap wide">
          {total === null
            ? words.refusedCount(plan.length - allowed.length)
            : words.fitCount(allowed.filter(fits).length, plan.length - allowed.length)}
        </span>
        <span className="push" />
        <Families of={plan} />
        {total !== null && (
          <button
            className="btn"
            type="button"
            aria-pressed={onlyFitting}
            onClick={() => setOnlyFitting(!onlyFitting)}
          >
            {words.onlyFitting}
          </button>
        )}
      </div>
      <ScrollRegion label={words.all}>
        <table className="tbl lv">
          <thead>
            <tr>
              <th className="c">
                <span className="visually">{words.columns.choose}</span>
              </th>
              {COLUMNS.map((column) => {
                const now = order.isDown ? 'descending' : 'ascending';
                return (
                  <th
                    key={column}
                    className={CLASSES[column]}
                    scope="col"
                    aria-sort={order.by === column ? now : 'none'}
                  >
                    <button
                      type="button"
                      title={HELP[column] && help[HELP[column]]}
                      onClick={() => sort(column)}
                    >
                      {words.columns[column](unit)}
                    </button>
                  </th>
                );
              })}
              <th className="st wide" scope="col">
                {words.columns.notes}
              </th>
              <th className="n a">
                <span className="visually">{words.columns.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody ref={body}>
            {shown.map((row, i) => (
              <LevelRow
                key={row.type}
                row={row}
                unit={unit}
                loss={lossOfType(row.type)}
                isFirst={order.by !== 'order' || shown[i - 1]?.group !== row.group}
                isAt={row.type === reached}
                onArrow={move}
              />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </div>
  );
}
