// Times of work before it begins, from what was measured on this device. Pure.
import type { QualityRecord, QualityRequest } from '../../evaluate/quality-records';
import type { LevelSummary, RunRecord } from '../../studio/records';
import type { PlanRow } from '../../studio/summary';

/** Speeds of an adapter in this browser, the newest measurement of each. */
export interface Rates {
  /** Quantizing: milliseconds for a byte of the source, by the structure of the level's format. */
  readonly quantize: Readonly<Record<string, number>>;
  /** Comparing two levels over a text: milliseconds for a token and a weight. */
  readonly compare: number | null;
  /** A benchmark of speed: milliseconds for a weight. */
  readonly benchmark: number | null;
}
export const NO_RATES: Rates = { quantize: {}, compare: null, benchmark: null };

export type Level = Pick<PlanRow, 'type' | 'structure'>;

export const withPrepared = (
  rates: Rates,
  { structure }: Partial<Level>,
  { elapsedMs, sourceBytes }: Pick<LevelSummary, 'elapsedMs' | 'sourceBytes'>,
): Rates =>
  structure !== undefined && elapsedMs > 0 && sourceBytes > 0
    ? { ...rates, quantize: { ...rates.quantize, [structure]: elapsedMs / sourceBytes } }
    : rates;

export function withQuality(rates: Rates, record: QualityRecord, parameters: number): Rates {
  const { elapsedMs, chunks, context } = record;
  // Layer by layer a level is quantized as it runs: that is no speed of the text.
  if (record.paged || elapsedMs <= 0 || parameters === 0) return rates;
  return { ...rates, compare: elapsedMs / (chunks * context * parameters) };
}

/** Runs of a benchmark, warm-up included. */
const RUNS = 6;
/** Milliseconds that a benchmark ran. */
export function benchmarkMs({ speed }: RunRecord): number {
  if (speed.elapsedMs !== undefined) return speed.elapsedMs;
  const { promptTokens, generatedTokens, promptTokensPerSecond, tokensPerSecond } = speed;
  const seconds = promptTokens / promptTokensPerSecond.median + generatedTokens / tokensPerSecond.median;
  return 1000 * RUNS * seconds;
}
export const withRun = (rates: Rates, record: RunRecord, parameters: number): Rates =>
  parameters === 0 ? rates : { ...rates, benchmark: benchmarkMs(record) / parameters };

/** A part of a time that nobody knows before it was done once. */
export type Unknown = 'quantizing' | 'comparing' | 'speed';
export interface TimeEstimate {
  /** Null until the first of each kind was made here. */
  readonly ms: number | null;
  readonly unknown: readonly Unknown[];
  /** Levels whose quantizing was not measured: others with their structure neither. */
  readonly unknownLevels: readonly string[];
}

function estimateOf(
  parts: readonly { readonly ms: number | null; readonly of: Unknown; readonly type: string }[],
) {
  const missing = parts.filter((p) => p.ms === null);
  const quantizing = missing.filter((p) => p.of === 'quantizing');
  return {
    ms: missing.length > 0 ? null : parts.reduce((sum, p) => sum + p.ms!, 0),
    unknown: [...new Set(missing.map((p) => p.of))],
    unknownLevels: [...new Set(quantizing.map((p) => p.type))],
  };
}

/** The model and the device at hand. */
export interface Setting {
  readonly rates: Rates;
  /** Bytes of the files that a level is made of. */
  readonly sourceBytes: number;
  readonly parameters: number;
  /** Levels on the GPU. */
  readonly onGpu: readonly string[];
}

const quantizing = ({ type, structure }: Level, { rates, sourceBytes }: Setting) => {
  const rate = rates.quantize[structure];
  return { ms: rate === undefined ? null : rate * sourceBytes, of: 'quantizing' as const, type };
};

/** Time to quantize levels into GPU memory; those that are there take none. */
export const quantizeEstimate = (levels: readonly Level[], setting: Setting): TimeEstimate =>
  estimateOf(levels.filter((l) => !setting.onGpu.includes(l.type)).map((l) => quantizing(l, setting)));

/** `chunks` are those of a sweep that goes on; null where its first level decides. */
export interface MeasureSettings extends Pick<QualityRequest, 'context' | 'budgetMs' | 'chunks'> {
  /** Levels to measure, in plan order. */
  readonly levels: readonly Level[];
  readonly base: Level;
  readonly quality: boolean;
  readonly speed: boolean;
  /** Chunks that the text has; null where it was not read yet. */
  readonly availableChunks: number | null;
  /** Levels that come back when all is measured. */
  readonly back: readonly Level[];
}

/** Chunks that the first level runs to find out how long one takes. */
export const TRIAL_CHUNKS = 2;

/** Chunks that each level gets, as evaluate/quality decides. */
function chunksFor({ chunks, availableChunks, budgetMs }: MeasureSettings, chunkMs: number): number {
  if (chunks !== null) return chunks;
  const most = availableChunks ?? Number.POSITIVE_INFINITY;
  return most <= TRIAL_CHUNKS ? most : Math.max(1, Math.min(most, Math.floor(budgetMs / chunkMs)));
}

/** Time of a whole sweep: every level quantized and compared, then quantized and timed, and those that were there put back. */
export function measureEstimate(settings: MeasureSettings, setting: Setting): TimeEstimate {
  const { levels, base, quality, speed, context, availableChunks, back } = settings;
  const { rates, parameters } = setting;
  const parts: { ms: number | null; of: Unknown; type: string }[] = [];
  // As the engine holds them: the baseline stays, of the others one at a time.
  let held = setting.onGpu;
  const hold = (wanted: readonly Level[]) => {
    for (const level of wanted) if (!held.includes(level.type)) parts.push(quantizing(level, setting));
    held = wanted.map((l) => l.type);
  };
  if (quality) {
    const chunkMs = rates.compare === null ? null : rates.compare * context * parameters;
    for (const [i, level] of levels.entries()) {
      hold(level.type === base.type ? [base] : [base, level]);
      const isTried = i === 0 && settings.chunks === null && (availableChunks ?? 3) > TRIAL_CHUNKS;
      const count = chunkMs === null ? 0 : chunksFor(settings, chunkMs) + (isTried ? TRIAL_CHUNKS : 0);
      parts.push({ ms: chunkMs === null ? null : count * chunkMs, of: 'comparing', type: level.type });
    }
  }
  if (speed)
    for (const level of levels) {
      held = [];
      hold([level]);
      const ms = rates.benchmark === null ? null : rates.benchmark * parameters;
      parts.push({ ms, of: 'speed', type: level.type });
    }
  for (const level of back) if (!held.includes(level.type)) parts.push(quantizing(level, setting));
  return estimateOf(parts);
}
