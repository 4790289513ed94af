// Figures of the table as texts. Pure.
import { lossOf } from '../../store/results/loss';
import { type ColumnId, columns, type ResultRow, type TableWords } from '../../store/results/results';
import { inUnit, megaOrGiga, nats, natsWithError, type SizeUnit, sizeUnit } from '../kit/units';
import type { Words } from '../words/en';
import { fixed, moment, precise, whole } from '../kit/numerals';

/** One unit for each column of sizes, or the figures of a column could not be compared. */
export interface Units {
  readonly file: SizeUnit;
  readonly memory: SizeUnit;
}
export const unitsOf = (rows: readonly ResultRow[]): Units => ({
  file: sizeUnit(Math.max(0, ...rows.map((r) => r.fileBytes))),
  memory: sizeUnit(Math.max(0, ...rows.map((r) => r.run?.peakBytes ?? 0))),
});

const percent = (share: number) => fixed(100 * share, 1);

export function figureText(
  id: ColumnId,
  value: number,
  { run, quality }: ResultRow,
  units: Units,
  words: Words['compare'],
): string {
  const spread = (s: { min: number; max: number }) =>
    words.spread(fixed(value, 1), fixed(s.min, 1), fixed(s.max, 1));
  switch (id) {
    case 'file':
      return inUnit(value, units.file);
    case 'resident':
    case 'peak':
      return inUnit(value, units.memory);
    case 'prompt':
      return spread(run!.speed.promptTokensPerSecond);
    case 'generation':
      return spread(run!.speed.tokensPerSecond);
    case 'ceiling':
      return words.bound(fixed(value, 0), run!.bound.binds);
    case 'perplexity':
      return `${fixed(value, 3)} ± ${fixed(quality!.measured.level.standardError, 3)}`;
    case 'kl': {
      const { klInterval, by } = lossOf(quality!);
      if (by === 'baseline') return '0';
      const kl = Math.max(0, value);
      return klInterval ? natsWithError(kl, klInterval.high - value) : nats(kl);
    }
    case 'klLow':
    case 'klHigh':
    case 'kl99':
      return nats(value);
    case 'same':
    case 'sameLow':
    case 'sameHigh':
      return percent(value);
    case 'rms':
      return fixed(100 * value, 2);
    case 'tokens':
      return whole(value);
  }
}

export const titleOf = (id: ColumnId, units: Units, words: Words['compare']): string =>
  words.columns[id].title(id === 'file' ? units.file : units.memory);

/** A table as it is taken along. */
export function tableWords(rows: readonly ResultRow[], words: Words['compare']): TableWords {
  const units = unitsOf(rows);
  return {
    level: words.level,
    title: (id) => titleOf(id, units, words),
    text: (id, value, row) => figureText(id, value, row, units, words),
  };
}

/** Columns of the page's table: those of which any level has a figure; intervals stand beside their figures. */
export const shownColumns = (rows: readonly ResultRow[]) =>
  columns.filter(({ id, value }) => !/(Low|High)$/.test(id) && rows.some((r) => value(r) !== undefined));

/** More on a figure, for hover. */
export function detailOf(
  id: ColumnId,
  { fileBytes, run, quality }: ResultRow,
  words: Words['compare'],
): string | undefined {
  if (id === 'file') return words.bytes(fileBytes);
  if (id === 'resident' && run) return words.bytes(run.residentBytes);
  if (id === 'peak' && run) return words.bytes(run.peakBytes);
  if (id === 'ceiling' && run) {
    const { bytesPerToken, byBytes, dispatchesPerToken, byDispatches } = run.bound;
    const [bytes, dispatches] = [fixed(byBytes, 1), fixed(byDispatches, 1)];
    return words.boundHelp(megaOrGiga(bytesPerToken), bytes, dispatchesPerToken, dispatches);
  }
  if (id === 'kl' && quality) {
    const { mean, median, p90, p95, p99, p999, max } = quality.measured.kl;
    const text = (v: number) => precise(v, 3);
    return words.quantiles({
      mean: text(mean),
      median: text(median),
      p90: text(p90),
      p95: text(p95),
      p99: text(p99),
      p999: text(p999),
      max: text(max),
    });
  }
  if (id === 'same' && quality) {
    const { sameTopInterval: interval } = lossOf(quality);
    return interval ? words.tip.interval(percent(interval.low), percent(interval.high)) : undefined;
  }
  return undefined;
}

/** On what, with what and on which device rows were measured; empty where nothing was. */
export function conditionsText(rows: readonly ResultRow[], words: Words['compare']): string {
  const said = words.conditions;
  const known = rows.find((r) => r.run)?.run ?? rows.find((r) => r.quality)?.quality;
  if (!known) return '';
  const qualities = rows.flatMap((r) => (r.quality ? [r.quality] : []));
  const [quality] = qualities;
  const on = said.on(known.adapter, moment(known.measuredMs));
  if (!quality) return on;
  const { base, measured, textLabel, chunks, context, paged } = quality;
  return [
    on,
    said.quality(base, measured.level.tokens, textLabel, chunks, context),
    ...(qualities.some((q) => q.chunks !== chunks) ? [said.mixed] : []),
    ...(paged ? [said.paged] : []),
  ].join('');
}
