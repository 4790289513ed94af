// Reports: results saved to a file, to be compared in another browser or on another device.
import type { QualityRecord } from '../../evaluate/quality-records';
import type { RunRecord } from '../../studio/records';
import { NibbleError } from '../../util/errors';
import type { ResultRow } from './results';

export interface Report {
  readonly format: 'nibble-report';
  readonly version: 1;
  readonly model: string;
  readonly fingerprint: string;
  readonly browser: string;
  /** Milliseconds since 1970. */
  readonly savedMs: number;
  readonly runs: readonly RunRecord[];
  readonly qualities: readonly QualityRecord[];
}

const MAX_RECORDS = 200;
const MAX_REPORT_LENGTH = 16_000_000;

/** Paths of the numbers that the page reads from a record; a report that lacks one is rejected. */
const RUN_NUMBERS = [
  'fileBytes',
  'residentBytes',
  'peakBytes',
  'speed.promptTokensPerSecond.median',
  'speed.tokensPerSecond.median',
];
const QUALITY_NUMBERS = [
  'fileBytes',
  'measured.kl.mean',
  'measured.kl.standardError',
  'measured.sameTop.share',
  'measured.level.perplexity',
  'measured.level.tokens',
];

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (v, key) => (typeof v === 'object' && v !== null ? (v as Record<string, unknown>)[key] : undefined),
      value,
    );
}

/** Nats that no divergence of float32 logits comes near; its squares are still numbers. */
const MAX_KL = 1e9;

/** Bytes and tokens are whole numbers, speeds and perplexities positive; a divergence may round to a little below zero. */
function isMeasure(value: unknown, path: string): boolean {
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (path.endsWith('Bytes')) return Number.isSafeInteger(value) && value >= 0;
  if (path.endsWith('tokens')) return Number.isSafeInteger(value) && value > 0;
  if (path.includes('sameTop')) return value >= 0 && value <= 1;
  if (path.endsWith('.kl') || path.endsWith('kl.mean')) return Math.abs(value) <= MAX_KL;
  return value >= 0 && !(path.startsWith('measured.kl') && value > MAX_KL);
}

/** As many as a record keeps: MAX_BATCHES of evaluate/quality-numbers. */
const MAX_BATCHES = 256;
const BATCHES = ['tokens', 'kl', 'sameTop'];

/** The defect of a record's batches; undefined where there is none, or where there are no batches. */
function wrongBatches(batches: unknown): string | undefined {
  if (batches === undefined) return undefined;
  const count = at(batches, 'tokens.length');
  for (const name of BATCHES) {
    const path = `measured.batches.${name}`;
    const list = at(batches, name);
    if (!Array.isArray(list) || list.length !== count || list.length < 1 || list.length > MAX_BATCHES)
      return `${path} is no list of 1 to ${MAX_BATCHES} numbers, as many as in tokens`;
    const i = list.findIndex((v) => !isMeasure(v, path));
    if (i >= 0) return `${path}[${i}] is ${JSON.stringify(list[i])}, which is no measure`;
  }
  return undefined;
}

/** More contexts than anybody asks for. */
const MAX_CONTEXTS = 64;
const ENDS: readonly unknown[] = ['asked', 'model', 'memory'];

/** The defect of a record's speeds by context; undefined where there is none, or where there are no speeds. */
function wrongContexts(byContext: unknown): string | undefined {
  if (byContext === undefined) return undefined;
  const path = 'speed.byContext';
  if (!ENDS.includes(at(byContext, 'endedBy'))) return `${path}.endedBy is none of ${ENDS.join(', ')}`;
  const speeds = at(byContext, 'speeds');
  if (!Array.isArray(speeds) || speeds.length > MAX_CONTEXTS)
    return `${path}.speeds is no list of at most ${MAX_CONTEXTS} contexts`;
  let before = 0;
  for (const [i, speed] of speeds.entries()) {
    const tokens = at(speed, 'contextTokens');
    if (!Number.isSafeInteger(tokens) || (tokens as number) <= before)
      return `${path}.speeds[${i}].contextTokens is no whole number above that of the one before`;
    before = tokens as number;
    for (const end of ['median', 'min', 'max']) {
      const value = at(speed, `tokensPerSecond.${end}`);
      if (!isMeasure(value, end))
        return `${path}.speeds[${i}].tokensPerSecond.${end} is ${JSON.stringify(value)}, which is no measure`;
    }
  }
  return undefined;
}

function checkRecords(label: string, name: string, value: unknown, numbers: readonly string[]): void {
  const wrong = (what: string) =>
    new NibbleError(`${label}: ${what}.`, 'Take a report that this page has saved.');
  if (!Array.isArray(value) || value.length > MAX_RECORDS)
    throw wrong(`${name} is no list of at most ${MAX_RECORDS} records`);
  for (const [i, record] of value.entries()) {
    for (const key of ['type', 'adapter'])
      if (typeof at(record, key) !== 'string') throw wrong(`${name}[${i}].${key} is no text`);
    for (const path of numbers)
      if (!isMeasure(at(record, path), path))
        throw wrong(`${name}[${i}].${path} is ${JSON.stringify(at(record, path))}, which is no measure`);
    const defect =
      wrongBatches(at(record, 'measured.batches')) ?? wrongContexts(at(record, 'speed.byContext'));
    if (defect) throw wrong(`${name}[${i}].${defect}`);
  }
}

/** Parses a report file. Throws NibbleError with the defect. */
export function parseReport(label: string, text: string): Report {
  if (text.length > MAX_REPORT_LENGTH)
    throw new NibbleError(
      `${label} has ${text.length} characters, expected at most ${MAX_REPORT_LENGTH}.`,
      'Take a report that this page has saved.',
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NibbleError(`${label} is no JSON.`, 'Take a report that this page has saved.');
  }
  if (at(value, 'format') !== 'nibble-report' || at(value, 'version') !== 1)
    throw new NibbleError(
      `${label} is no report: format is ${JSON.stringify(at(value, 'format'))}, version ${JSON.stringify(at(value, 'version'))}; expected "nibble-report", 1.`,
      'Take a report that this page has saved.',
    );
  for (const key of ['model', 'fingerprint', 'browser'])
    if (typeof at(value, key) !== 'string') throw new NibbleError(`${label}: ${key} is no text.`);
  if (!Number.isFinite(at(value, 'savedMs'))) throw new NibbleError(`${label}: savedMs is no number.`);
  checkRecords(label, 'runs', at(value, 'runs'), RUN_NUMBERS);
  checkRecords(label, 'qualities', at(value, 'qualities'), QUALITY_NUMBERS);
  return value as Report;
}

/** Figures of a level measured here and in the report, in this order. */
export interface Pair {
  readonly type: string;
  readonly generation: readonly [number | undefined, number | undefined];
  readonly prompt: readonly [number | undefined, number | undefined];
  readonly kl: readonly [number | undefined, number | undefined];
}

/** Levels that occur in both, in the order of `rows`. */
export function pairs(rows: readonly ResultRow[], report: Report): Pair[] {
  return rows.flatMap(({ type, run, quality }) => {
    const there = report.runs.find((r) => r.type === type);
    const measured = report.qualities.find((q) => q.type === type)?.measured;
    if (!there && !measured) return [];
    return [
      {
        type,
        generation: [run?.speed.tokensPerSecond.median, there?.speed.tokensPerSecond.median] as const,
        prompt: [run?.speed.promptTokensPerSecond.median, there?.speed.promptTokensPerSecond.median] as const,
        kl: [quality?.measured.kl.mean, measured?.kl.mean] as const,
      },
    ];
  });
}
