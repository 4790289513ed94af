import { describe, expect, test } from 'vitest';
import { spreadOf } from '../../infer/benchmark';
import { klDivergenceOf } from '../../evaluate/quality-numbers';
import type { QualityRecord } from '../../evaluate/quality-records';
import type { RunRecord } from '../../studio/records';
import { asCsv, asJson, asMarkdown, columns, resultRows, sortRows, type TableWords } from './results';
import { lossOf } from './loss';
import { initialState, type Sweep } from '../state';
import { baseOf } from '../work/own-text';
import { stepsLeft } from '../work/sweep-steps';

const run = (type: string, fileBytes: number, speed: number): RunRecord => ({
  type,
  adapter: 'test',
  fileBytes,
  residentBytes: fileBytes + 10,
  peakBytes: fileBytes + 20,
  measuredMs: 5,
  speed: {
    promptTokens: 8,
    generatedTokens: 4,
    promptTokensPerSecond: spreadOf([10 * speed]),
    tokensPerSecond: spreadOf([speed]),
  },
  bound: { byBytes: 90, byDispatches: 80, binds: 'dispatches', bytesPerToken: 1, dispatchesPerToken: 1 },
});
/** A record of two tokens with KL divergences `kl` and 3 `kl`. */
const quality = (type: string, fileBytes: number, kl: number): QualityRecord => ({
  type,
  base: 'F16',
  adapter: 'test',
  fileBytes,
  textLabel: 'a, "b"',
  context: 4,
  kvType: 'F16',
  chunks: 2,
  elapsedMs: 1,
  measuredMs: 5,
  measured: klDivergenceOf([Float32Array.of(1, 1.5, kl, 1), Float32Array.of(2, 2.5, 3 * kl, 0)]),
});

const rows = resultRows(
  [run('F16', 800, 10), run('Q4_0', 250, 30)],
  [
    quality('F16', 800, 0),
    quality('Q8_0', 450, 0.0005),
    quality('Q4_0', 250, 0.004),
    quality('Q4_1', 280, 0.006),
    quality('Q2_K', 150, 0.2),
  ],
  ['F16', 'Q8_0', 'Q4_1', 'Q4_0', 'Q2_K'],
);

describe('results', () => {
  test('rows keep the order of the plan and join what is known of a level', () => {
    expect(rows.map((r) => r.type)).toEqual(['F16', 'Q8_0', 'Q4_1', 'Q4_0', 'Q2_K']);
    expect(rows.map((r) => [r.run !== null, r.quality !== null])).toEqual([
      [true, true],
      [false, true],
      [false, true],
      [true, true],
      [false, true],
    ]);
  });
  test('a column sorts both ways, and what has no figure stays last', () => {
    expect(sortRows(rows, 'kl', false).map((r) => r.type)).toEqual(['F16', 'Q8_0', 'Q4_0', 'Q4_1', 'Q2_K']);
    expect(
      sortRows(rows, 'generation', true)
        .map((r) => r.type)
        .slice(0, 2),
    ).toEqual(['Q4_0', 'F16']);
    expect(
      sortRows(rows, 'generation', false)
        .map((r) => r.type)
        .slice(0, 2),
    ).toEqual(['F16', 'Q4_0']);
  });
  const words: TableWords = {
    level: 'Level',
    title: (id) => `the ${id}`,
    text: (id, value) => `${id} ${value}`,
  };
  test('text to take along has every figure', () => {
    const markdown = asMarkdown(rows, words).split('\n');
    expect(markdown).toHaveLength(2 + rows.length);
    expect(markdown[0]!.split('|')).toHaveLength(columns.length + 3);
    expect(markdown[0]).toContain('| Level | the file | the resident |');
    expect(markdown[2]).toContain('| F16 | file 800 | resident 810 |');
    // A level that was not measured for it has no figure.
    expect(markdown[3]).toContain('| Q8_0 | file 450 |  |  |');
    const csv = asCsv(rows, words).split('\n');
    expect(csv[1]!.split(',')).toHaveLength(columns.length + 1);
    expect(csv[4]).toMatch(/^Q4_0,250,260,270,300,30,80,/);
    const { klInterval, sameTopInterval } = lossOf(rows[3]!.quality!);
    const { kl, sameTop, probability } = rows[3]!.quality!.measured;
    const figures = [
      ...[kl.mean, klInterval!.low, klInterval!.high, kl.p99],
      ...[sameTop.share, sameTopInterval!.low, sameTopInterval!.high, probability.rms, 2],
    ];
    expect(csv[4]).toMatch(new RegExp(`,${figures.join(',')}$`));
    expect(JSON.parse(asJson(rows))[3].loss).toEqual(lossOf(rows[3]!.quality!));
  });
  test('names of strangers break no table', () => {
    const odd = [{ ...rows[0]!, type: 'a|b,"c"\nd' }];
    expect(asMarkdown(odd, words).split('\n')).toHaveLength(4);
    expect(asMarkdown(odd, words)).toContain('a\\|b');
    expect(asCsv(odd, words)).toContain('"a|b,""c""\nd",800');
  });
});

describe('a sweep', () => {
  const sweep: Sweep = {
    types: ['F16', 'Q8_0'],
    quality: true,
    speed: true,
    base: 'F16',
    textLabel: 'a, "b"',
    context: 4,
    chunks: 2,
    budgetMs: 1,
    startedMs: 4,
  };
  test('goes on with what is not measured under its own conditions', () => {
    const one = { kind: 'quality', type: 'Q8_0' };
    expect(stepsLeft(sweep, [run('F16', 1, 1), run('Q8_0', 1, 1)], [quality('F16', 1, 0)])).toEqual([one]);
    expect(stepsLeft({ ...sweep, chunks: 3 }, [], [quality('F16', 1, 0)])).toHaveLength(4);
    expect(stepsLeft({ ...sweep, quality: false, startedMs: 6 }, [run('F16', 1, 1)], [])).toHaveLength(2);
    expect(stepsLeft({ ...sweep, speed: false }, [], [quality('F16', 1, 0), quality('Q8_0', 1, 0)])).toEqual(
      [],
    );
  });
  test('the base is the precision of the source', () => {
    const model = (sourceTypes: string[]) => ({ model: { sourceTypes } as never });
    expect(baseOf(model(['BF16', 'F32']))).toBe('BF16');
    expect(baseOf(model(['F32']))).toBe('F32');
    expect(baseOf(model(['Q8_0', 'F32']))).toBe('F32');
    expect(baseOf(initialState)).toBe('F32');
  });
});
