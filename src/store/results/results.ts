// Results as table rows and as text for export. Pure.
import type { QualityRecord } from '../../evaluate/quality-records';
import type { RunRecord } from '../../studio/records';
import { type Loss, lossOf } from './loss';

/** Measurements of one level. */
export interface ResultRow {
  readonly type: string;
  readonly fileBytes: number;
  readonly run: RunRecord | null;
  readonly quality: QualityRecord | null;
}

/** Joins runs and qualities by level, in the order given. */
export function resultRows(
  runs: readonly RunRecord[],
  qualities: readonly QualityRecord[],
  order: readonly string[],
): ResultRow[] {
  const types = [...new Set([...order, ...runs.map((r) => r.type), ...qualities.map((q) => q.type)])];
  return types.flatMap((type) => {
    const run = runs.find((r) => r.type === type) ?? null;
    const quality = qualities.find((q) => q.type === type) ?? null;
    const known = run ?? quality;
    return known ? [{ type, fileBytes: known.fileBytes, run, quality }] : [];
  });
}

/** A figure of a level. */
export interface Column {
  readonly id: ColumnId;
  /** Undefined when the level was not measured for it. */
  readonly value: (row: ResultRow) => number | undefined;
}

const loss = (value: (loss: Loss) => number | undefined): Column['value'] => {
  return ({ quality }) => (quality ? value(lossOf(quality)) : undefined);
};
const values = {
  file: (r) => r.fileBytes,
  resident: (r) => r.run?.residentBytes,
  peak: (r) => r.run?.peakBytes,
  prompt: (r) => r.run?.speed.promptTokensPerSecond.median,
  generation: (r) => r.run?.speed.tokensPerSecond.median,
  ceiling: ({ run }) => (run ? Math.min(run.bound.byBytes, run.bound.byDispatches) : undefined),
  perplexity: (r) => r.quality?.measured.level.perplexity,
  kl: (r) => r.quality?.measured.kl.mean,
  klLow: loss((l) => l.klInterval?.low),
  klHigh: loss((l) => l.klInterval?.high),
  kl99: (r) => r.quality?.measured.kl.p99,
  same: (r) => r.quality?.measured.sameTop.share,
  sameLow: loss((l) => l.sameTopInterval?.low),
  sameHigh: loss((l) => l.sameTopInterval?.high),
  rms: (r) => r.quality?.measured.probability.rms,
  tokens: loss((l) => l.tokens),
} satisfies Record<string, Column['value']>;

export type ColumnId = keyof typeof values;
/** Every figure, in the order of the table. */
export const columns: readonly Column[] = (Object.keys(values) as ColumnId[]).map((id) => ({
  id,
  value: values[id],
}));

/** Rows sorted by a column; stable, rows without a value last. */
export function sortRows(rows: readonly ResultRow[], id: string, descending: boolean): ResultRow[] {
  const column = columns.find((c) => c.id === id);
  if (!column) return [...rows];
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return sign * (x - y);
  });
}

/** Words of a table that is taken along: a title for each figure, and the figure as a text. */
export interface TableWords {
  readonly level: string;
  readonly title: (id: ColumnId) => string;
  readonly text: (id: ColumnId, value: number, row: ResultRow) => string;
}

export function asMarkdown(rows: readonly ResultRow[], { level, title, text }: TableWords): string {
  const line = (parts: readonly string[]) => `| ${parts.map((p) => p.replaceAll('|', '\\|')).join(' | ')} |`;
  const titles = [level, ...columns.map((c) => title(c.id))];
  const cell = (row: ResultRow, { id, value }: Column) => {
    const found = value(row);
    return found === undefined ? '' : text(id, found, row);
  };
  const body = rows.map((row) => line([row.type, ...columns.map((c) => cell(row, c))]));
  return [line(titles), `|${titles.map(() => '---').join('|')}|`, ...body].join('\n');
}

/** Figures in full, in the units of the records: bytes, nats, shares, tokens a second. */
export function asCsv(rows: readonly ResultRow[], { level, title }: TableWords): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const body = rows.map((r) => [r.type, ...columns.map((c) => String(c.value(r) ?? ''))]);
  const head = [level, ...columns.map((c) => title(c.id))];
  return [head, ...body].map((p) => p.map(quoted).join(',')).join('\n');
}

/** The records, each quality with its intervals. */
export const asJson = (rows: readonly ResultRow[]): string =>
  JSON.stringify(
    rows.map((row) => ({ ...row, loss: row.quality && lossOf(row.quality) })),
    null,
    1,
  );
