// Results as table rows, as a recommendation and as text for export. Pure.
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

/** A column of the results table, with its sort key. */
export interface Column {
  readonly id: string;
  readonly title: string;
  readonly help: string;
  /** Undefined when the level was not measured for it. */
  readonly value: (row: ResultRow) => number | undefined;
  readonly text: (value: number, row: ResultRow) => string;
}

const MIB = 1024 * 1024;
const mebibytes = (v: number) => `${(v / MIB).toFixed(2)} MiB`;
const small = (v: number) => (v === 0 ? '0' : v >= 0.001 ? v.toFixed(4) : v.toExponential(1));
const percent = (v: number) => `${(100 * v).toFixed(1)} %`;

export const columns: readonly Column[] = [
  {
    id: 'file',
    title: 'File',
    help: 'Size of the GGUF',
    value: (r) => r.fileBytes,
    text: mebibytes,
  },
  {
    id: 'resident',
    title: 'Resident',
    help: 'GPU memory of weights, cache and work space while it runs',
    value: (r) => r.run?.residentBytes,
    text: mebibytes,
  },
  {
    id: 'peak',
    title: 'Peak',
    help: 'Most GPU memory in use at once, quantizing included',
    value: (r) => r.run?.peakBytes,
    text: mebibytes,
  },
  {
    id: 'prompt',
    title: 'Prompt t/s',
    help: 'Tokens of a prompt read in a second: median, slowest and fastest run',
    value: (r) => r.run?.speed.promptTokensPerSecond.median,
    text: (v, { run }) => spread(v, run!.speed.promptTokensPerSecond),
  },
  {
    id: 'generation',
    title: 'Generation t/s',
    help: 'Tokens written in a second: median, slowest and fastest run',
    value: (r) => r.run?.speed.tokensPerSecond.median,
    text: (v, { run }) => spread(v, run!.speed.tokensPerSecond),
  },
  {
    id: 'ceiling',
    title: 'Ceiling t/s',
    help: 'What this device allows at most: by what it reads from memory for each token, or by what its dispatches cost, whichever is lower',
    value: ({ run }) => (run ? Math.min(run.bound.byBytes, run.bound.byDispatches) : undefined),
    text: (v, { run }) => `${v.toFixed(0)}, by ${run!.bound.binds}`,
  },
  {
    id: 'perplexity',
    title: 'Perplexity',
    help: 'How surprised the level is by the text, with the standard error; lower is better. Compare levels, not models',
    value: (r) => r.quality?.measured.level.perplexity,
    text: (v, { quality }) => `${v.toFixed(3)} ± ${quality!.measured.level.standardError.toFixed(3)}`,
  },
  {
    id: 'kl',
    title: 'Mean KL',
    help: 'How far the probabilities of the next token are from those of the base, in nats, mean over the text; 0 is the same',
    value: (r) => r.quality?.measured.kl.mean,
    text: small,
  },
  {
    id: 'kl99',
    title: 'KL 99 %',
    help: 'The divergence that 99 of 100 tokens stay below: the bad moments',
    value: (r) => r.quality?.measured.kl.p99,
    text: small,
  },
  {
    id: 'same',
    title: 'Same top',
    help: 'Share of tokens where the level and the base find the same token most probable',
    value: (r) => r.quality?.measured.sameTop.share,
    text: percent,
  },
  {
    id: 'rms',
    title: 'RMS Δp',
    help: "How far the true token's probability moves from the base's, root mean square",
    value: (r) => r.quality?.measured.probability.rms,
    text: (v) => `${(100 * v).toFixed(2)} %`,
  },
];

const spread = (v: number, s: { min: number; max: number }) =>
  `${v.toFixed(1)} (${s.min.toFixed(1)} to ${s.max.toFixed(1)})`;

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

/** Pareto frontier of file size and mean KL divergence, smallest file first. */
export function frontier(rows: readonly ResultRow[]): ResultRow[] {
  const measured = rows.filter((r) => r.quality).sort((a, b) => a.fileBytes - b.fileBytes);
  const kl = (r: ResultRow) => r.quality!.measured.kl.mean;
  return measured.filter(
    (r) => !measured.some((o) => o !== r && o.fileBytes <= r.fileBytes && kl(o) < kl(r)),
  );
}

/** Mean KL divergence, in nats, up to which a level is recommended: about a perplexity increase of 1 %. */
const CLOSE_KL = 0.01;

/** Recommends a level, with a reason in one sentence. Null without quality measurements. */
export function recommendation(rows: readonly ResultRow[]): { type: string; sentence: string } | null {
  const best = frontier(rows);
  if (best.length === 0) return null;
  const kl = (r: ResultRow) => r.quality!.measured.kl.mean;
  const close = best.find((r) => kl(r) <= CLOSE_KL);
  const row = close ?? best.reduce((a, b) => (kl(b) < kl(a) ? b : a));
  const { base, measured } = row.quality!;
  const whole = rows.find((r) => r.type === base);
  const why = [
    close
      ? `the smallest of ${best.length > 1 ? 'these' : 'what was measured'} that stays within ${CLOSE_KL} nats of ${base}`
      : `none stays within ${CLOSE_KL} nats of ${base}, and this one is nearest`,
    `mean KL ${small(measured.kl.mean)}, the same next token ${percent(measured.sameTop.share)} of the time`,
  ];
  if (whole && whole.type !== row.type)
    why.push(`${(whole.fileBytes / row.fileBytes).toFixed(1)} times smaller`);
  const speed = row.run?.speed.tokensPerSecond.median;
  const before = whole?.run?.speed.tokensPerSecond.median;
  if (speed && before && whole.type !== row.type)
    why.push(`generates at ${(speed / before).toFixed(1)} times its speed here`);
  return { type: row.type, sentence: `Take ${row.type}: ${why.join('; ')}.` };
}

const lossColumn = (
  id: string,
  title: string,
  value: (loss: Loss) => number | undefined,
  text: (value: number) => string,
): Column => ({
  id,
  title,
  help: title,
  value: ({ quality }) => (quality ? value(lossOf(quality)) : undefined),
  text,
});
/** All columns, with what says how sure they are. */
const written: readonly Column[] = [
  ...columns,
  lossColumn('klLow', 'Mean KL 95 % low', (l) => l.klInterval?.low, small),
  lossColumn('klHigh', 'Mean KL 95 % high', (l) => l.klInterval?.high, small),
  lossColumn('sameLow', 'Same top 95 % low', (l) => l.sameTopInterval?.low, percent),
  lossColumn('sameHigh', 'Same top 95 % high', (l) => l.sameTopInterval?.high, percent),
  lossColumn('tokens', 'Scored tokens', (l) => l.tokens, String),
];

const cells = (row: ResultRow): string[] =>
  written.map((c) => {
    const value = c.value(row);
    return value === undefined ? '' : c.text(value, row);
  });

export function asMarkdown(rows: readonly ResultRow[]): string {
  const line = (parts: readonly string[]) => `| ${parts.join(' | ')} |`;
  const titles = ['Level', ...written.map((c) => c.title)];
  const body = rows.map((r) => line([r.type, ...cells(r)]));
  return [line(titles), `|${titles.map(() => '---').join('|')}|`, ...body].join('\n');
}

export function asCsv(rows: readonly ResultRow[]): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const body = rows.map((r) => [r.type, ...written.map((c) => String(c.value(r) ?? ''))]);
  return [['Level', ...written.map((c) => c.title)], ...body].map((p) => p.map(quoted).join(',')).join('\n');
}

/** The records, each quality with its intervals. */
export const asJson = (rows: readonly ResultRow[]): string =>
  JSON.stringify(
    rows.map((row) => ({ ...row, loss: row.quality && lossOf(row.quality) })),
    null,
    1,
  );
