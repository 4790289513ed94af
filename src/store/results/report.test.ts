import { describe, expect, test } from 'vitest';
import { spreadOf } from '../../infer/benchmark';
import { klDivergenceOf } from '../../evaluate/quality-numbers';
import { pairs, parseReport } from './report';

const run = (type: string, speed: number) => ({
  type,
  adapter: 'there',
  fileBytes: 10,
  residentBytes: 20,
  peakBytes: 30,
  measuredMs: 1,
  speed: {
    promptTokens: 1,
    generatedTokens: 1,
    promptTokensPerSecond: spreadOf([10 * speed]),
    tokensPerSecond: spreadOf([speed]),
  },
  bound: { byBytes: 1, byDispatches: 1, binds: 'bytes' as const, bytesPerToken: 1, dispatchesPerToken: 1 },
});
const quality = (type: string, kl: number) => ({
  type,
  base: 'F16',
  adapter: 'there',
  fileBytes: 10,
  textLabel: 't',
  context: 4,
  kvType: 'F16' as const,
  chunks: 1,
  elapsedMs: 1,
  measuredMs: 1,
  measured: klDivergenceOf([Float32Array.of(1, 1, kl, 1)]),
});
const report = {
  format: 'nibble-report' as const,
  version: 1 as const,
  model: 'm',
  fingerprint: 'f',
  browser: 'b',
  savedMs: 2,
  runs: [run('Q8_0', 50), run('Q4_0', 60)],
  qualities: [quality('Q4_0', 0.5)],
};
const changed = (change: (r: Record<string, never>) => void) => {
  const copy = structuredClone(report) as never;
  change(copy);
  return JSON.stringify(copy);
};
const contextSpeed = (contextTokens: number) => ({ contextTokens, tokensPerSecond: spreadOf([3]) });
/** Gives the first run speeds by context. */
const contexts = (r: Record<string, never>) => {
  const byContext = { speeds: [contextSpeed(128)], endedBy: 'asked' };
  Object.assign((r as never as typeof report).runs[0]!.speed, { byContext });
  return byContext;
};
const batches = (r: Record<string, never>) => (r as never as typeof report).qualities[0]!.measured.batches!;

describe('a report', () => {
  test('comes back as it was saved, and pairs levels that both know', () => {
    const read = parseReport('r.json', JSON.stringify(report));
    expect(read).toEqual(report);
    const rows = [
      { type: 'F16', fileBytes: 1, run: run('F16', 10), quality: null },
      { type: 'Q4_0', fileBytes: 1, run: run('Q4_0', 30), quality: quality('Q4_0', 0.25) },
    ];
    expect(pairs(rows, read)).toEqual([
      { type: 'Q4_0', generation: [30, 60], prompt: [300, 600], kl: [0.25, 0.5] },
    ]);
  });
  test('keeps speeds by context, in the order of their lengths', () => {
    const read = parseReport(
      'r.json',
      changed((r) => void contexts(r)),
    );
    expect(read.runs[0]!.speed.byContext).toEqual({ speeds: [contextSpeed(128)], endedBy: 'asked' });
  });
  test('keeps the batches that levels are compared by, and is read without them', () => {
    const read = parseReport('r.json', JSON.stringify(report));
    expect(read.qualities[0]!.measured.batches).toEqual({ tokens: [1], kl: [0.5], sameTop: [1] });
    const older = parseReport(
      'r.json',
      changed((r) => Reflect.deleteProperty((r as never as typeof report).qualities[0]!.measured, 'batches')),
    );
    expect(older.qualities[0]!.measured.batches).toBeUndefined();
  });
  test.each<[string, string, RegExp]>([
    ['no JSON', '{', /r\.json is no JSON/],
    ['another file', '{"format":"x"}', /format is "x", version undefined; expected "nibble-report", 1/],
    ['no list', changed((r) => Object.assign(r, { runs: {} })), /runs is no list/],
    ['too many', changed((r) => Object.assign(r, { runs: Array(201).fill(run('F16', 1)) })), /at most 200/],
    ['no name', changed((r) => Object.assign(r, { model: 3 })), /model is no text/],
    ['no date', changed((r) => Object.assign(r, { savedMs: 'x' })), /savedMs is no number/],
    [
      'a figure missing',
      changed((r) => Object.assign((r as never as typeof report).runs[1]!.speed, { tokensPerSecond: null })),
      /runs\[1\]\.speed\.tokensPerSecond\.median is undefined, which is no measure/,
    ],
    [
      'batches of two lengths',
      changed((r) => Object.assign(batches(r), { kl: [1, 2] })),
      /qualities\[0\]\.measured\.batches\.kl is no list of 1 to 256 numbers, as many as in tokens/,
    ],
    [
      'too many batches',
      changed((r) => Object.assign(batches(r), { tokens: Array(257).fill(1) })),
      /batches\.tokens is no list of 1 to 256/,
    ],
    [
      'a batch of no tokens',
      changed((r) => Object.assign(batches(r), { tokens: [0] })),
      /batches\.tokens\[0\] is 0, which is no measure/,
    ],
    [
      'a share above one',
      changed((r) => Object.assign(batches(r), { sameTop: [1.5] })),
      /batches\.sameTop\[0\] is 1\.5, which is no measure/,
    ],
    [
      'contexts out of order',
      changed((r) => Object.assign(contexts(r), { speeds: [contextSpeed(512), contextSpeed(128)] })),
      /runs\[0\]\.speed\.byContext\.speeds\[1\]\.contextTokens is no whole number above/,
    ],
    [
      'no speed at a context',
      changed((r) => Object.assign(contexts(r), { speeds: [{ contextTokens: 128 }] })),
      /byContext\.speeds\[0\]\.tokensPerSecond\.median is undefined, which is no measure/,
    ],
    [
      'contexts that end otherwise',
      changed((r) => Object.assign(contexts(r), { endedBy: 'luck' })),
      /byContext\.endedBy is none of asked, model, memory/,
    ],
    [
      'a type missing',
      changed((r) => Object.assign((r as never as typeof report).qualities[0]!, { type: 5 })),
      /qualities\[0\]\.type is no text/,
    ],
  ])('%s is said', (_, text, message) => {
    expect(() => parseReport('r.json', text)).toThrow(message);
  });
});
