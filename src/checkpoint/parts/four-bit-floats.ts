import type { SafeTensor } from '../../files/safetensors/read';
import { unpackNibbles } from './fields';
import { lazyWeight } from './lazy-weight';
import { consecutiveGroups, values } from './planes';
import { E2M1, looked, readRowBytes } from './small-floats';
import type { Stored } from './stored';

/** A weight of E2M1 codes, two a byte with the first in the low half, in groups that share a scale of 8 bits. */
export interface FourBitFloats {
  /** Name of the weight. */
  readonly name: string;
  readonly codes: SafeTensor;
  readonly shape: readonly [rows: number, cols: number];
  readonly groupSize: number;
  /** Bytes of scales, row by row. */
  readonly scales: SafeTensor;
  /** Values of the bytes of scales. */
  scaleTable(signal?: AbortSignal): Promise<Float32Array> | Float32Array;
}

/** Puts the weight in the place of its codes. */
export function fourBitWeight(stored: Stored, weight: FourBitFloats): void {
  const { name, codes, shape, groupSize, scales } = weight;
  const [, cols] = shape;
  const groups = cols / groupSize;
  stored.make(
    codes.name,
    lazyWeight({
      name,
      shape,
      piece: cols,
      codec: values,
      async planes(from, to, signal) {
        const table = await weight.scaleTable(signal);
        return {
          codes: unpackNibbles(await readRowBytes(codes, from, to, signal), false),
          cols,
          groups,
          groupOf: consecutiveGroups(cols, groupSize),
          scales: looked(await readRowBytes(scales, from, to, signal), table),
          values: E2M1,
        };
      },
    }),
  );
}

/** A table of scales with a factor of the whole tensor in it, each product rounded to float32. */
export const withFactor = (table: Float32Array, by: (scale: number) => number): Float32Array =>
  Float32Array.from(table, by);
