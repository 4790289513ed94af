import { describe, expect, test } from 'vitest';
import { byteDifferences, nmse } from '../testing/compare';
import { requiredImportance } from '../testing/importance';
import { goldenBytes, goldenFloats } from '../testing/golden';
import { noise } from '../util/random';
import { deviceLayout, fromDevice, toDevice } from './format';
import { quantFormats } from './registry';

describe.each(quantFormats)('$label', (format) => {
  const input = () => goldenFloats('blocks-input.f32');
  const plain = format.importance === 'required' ? [] : [format.label];
  test.each(plain)('encodes the reference bytes on every golden row', () => {
    const want = goldenBytes(format.label === 'F32' ? 'blocks-input.f32' : `blocks-${format.label}.bin`);
    expect(byteDifferences(format.encode(input()), want)).toEqual([]);
  });
  test.each(format.importance ? [format.label] : [])(
    'with an importance matrix it encodes the reference bytes too',
    () => {
      const got = format.encode(input(), goldenFloats('blocks-imatrix.f32'));
      expect(byteDifferences(got, goldenBytes(`blocks-${format.label}.imat.bin`))).toEqual([]);
    },
  );
  test('planes cover the block without gaps', () => {
    const bytes = new Set(format.planes.flatMap((p) => Array.from({ length: p.bytes }, (_, i) => p.at + i)));
    expect([...bytes].sort((a, b) => a - b)).toEqual(Array.from({ length: format.block.bytes }, (_, i) => i));
    expect(deviceLayout(format, 3).offsets.every((at) => at % 256 === 0)).toBe(true);
  });
  test('device layout is lossless', () => {
    const bytes = format.encode(noise(256 * 5, 3), requiredImportance(format, 256));
    const blocks = bytes.length / format.block.bytes;
    expect(byteDifferences(fromDevice(format, toDevice(format, bytes), blocks), bytes)).toEqual([]);
  });
  test('error on unit noise is within the bound it states', () => {
    const x = noise(256 * 64, 11);
    expect(
      Math.sqrt(nmse(format.decode(format.encode(x, requiredImportance(format, 256))), x)),
    ).toBeLessThanOrEqual(format.maxError);
  });
});
