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
  measured: klDivergenceOf([Float32Array.of(1, 1, kl, 1)], 1),
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
      'a type missing',
      changed((r) => Object.assign((r as never as typeof report).qualities[0]!, { type: 5 })),
      /qualities\[0\]\.type is no text/,
    ],
  ])('%s is said', (_, text, message) => {
    expect(() => parseReport('r.json', text)).toThrow(message);
  });
});
