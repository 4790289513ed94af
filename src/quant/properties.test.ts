import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteDifferences } from '../testing/compare';
import { requiredImportance, testImportance } from '../testing/importance';
import { fromDevice, toDevice } from './format';
import { quantFormats } from './registry';

/** Weights of similar or of mixed magnitudes, with zeros, ties and extremes. */
const weights = fc
  .record({
    codes: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: -4096, max: 4096 }) },
        { weight: 1, arbitrary: fc.constantFrom(0, 4096, -4096, 2048, -2048, 4) },
      ),
      { minLength: 256, maxLength: 256 },
    ),
    exponent: fc.integer({ min: -2, max: 8 }),
    loud: fc.constantFrom(1, 3, 32),
  })
  .map(({ codes, exponent, loud }) =>
    Float32Array.from(codes, (c, i) => (c / 4096) * 2 ** exponent * (i % loud ? 1 / 32 : 1)),
  );

const anyFinite = fc.float32Array({ minLength: 256, maxLength: 256, noNaN: true, noDefaultInfinity: true });

describe.each(quantFormats)('$label, whatever the weights', (format) => {
  const runs = { numRuns: format.codebook ? 20 : 100 };
  const encode = (x: Float32Array) => format.encode(x, requiredImportance(format, 256));

  test('decoding gives them back within the bound that the format states', () => {
    fc.assert(
      fc.property(weights, (x) => {
        const back = format.decode(encode(x));
        const { size } = format.block;
        for (let at = 0; at < x.length; at += size) {
          const block = x.subarray(at, at + size);
          const max = block.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
          if (max < 0.02) continue; // below the range of some scales
          block.forEach((v, i) => {
            expect(Math.abs(v - back[at + i]!)).toBeLessThanOrEqual(format.maxBlockError * max + 1e-7);
          });
        }
      }),
      runs,
    );
  });
  test('any finite float32 makes whole blocks, the same ones every time', () => {
    fc.assert(
      fc.property(anyFinite, (x) => {
        const bytes = encode(x);
        expect(bytes.length).toBe((256 / format.block.size) * format.block.bytes);
        expect(byteDifferences(encode(x), bytes)).toEqual([]);
      }),
      { numRuns: format.codebook ? 5 : 40 },
    );
  });
  test('rows do not know of each other', () => {
    fc.assert(
      fc.property(weights, weights, (a, b) => {
        const both = new Float32Array(512);
        both.set(a);
        both.set(b, 256);
        const importance = format.importance && testImportance(256);
        const half = (x: Float32Array) => [...format.encode(x, importance)];
        expect([...format.encode(both, importance)]).toEqual([...half(a), ...half(b)]);
      }),
      { numRuns: format.codebook ? 5 : 20 },
    );
  });
  test('the device layout loses nothing of any bytes, for any number of blocks', () => {
    const blocks = fc
      .integer({ min: 1, max: 9 })
      .chain((count) =>
        fc.uint8Array({ minLength: count * format.block.bytes, maxLength: count * format.block.bytes }),
      );
    fc.assert(
      fc.property(blocks, (raw) => {
        const bytes = Uint8Array.from(raw);
        const back = fromDevice(format, toDevice(format, bytes), bytes.length / format.block.bytes);
        expect(byteDifferences(back, bytes)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
