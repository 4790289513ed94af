import { FileError } from '../../util/errors';
import { unpackFields, wordsOf } from '../parts/fields';
import { fourBitWeight } from '../parts/four-bit-floats';
import { lazyWeight } from '../parts/lazy-weight';
import { affine, consecutiveGroups, values } from '../parts/planes';
import { E4M3, E8M0, looked, readRowBytes, readRowFloats } from '../parts/small-floats';
import { DAMAGED, FLOATS, type Stored } from '../parts/stored';

export interface MlxSettings {
  readonly mode: 'affine' | 'mxfp4' | 'mxfp8' | 'nvfp4';
  readonly bits: number;
  readonly groupSize: number;
}

/** Puts the weight of a module in the place of its codes. */
export function mlxWeight(stored: Stored, module: string, { mode, bits, groupSize }: MlxSettings): void {
  const name = `${module}.weight`;
  const codes = stored.matrix(name, `${module}.scales`, ['U32']);
  const [rows, perRow] = codes.shape;
  const cols = (perRow * 32) / bits;
  const groups = cols / groupSize;
  if (!Number.isInteger(groups))
    throw new FileError(
      `${stored.label}: tensor "${name}" has ${perRow} words a row, which is no whole number of groups of ${groupSize} codes of ${bits} bits.`,
      DAMAGED,
    );
  const because = `groups of ${groupSize} in ${cols} inputs`;
  const of = { dtypes: mode === 'affine' ? FLOATS : ['U8'], shape: [rows, groups], because };
  const scales = stored.take(`${module}.scales`, name, of);
  const shape = [rows, cols] as const;
  if (mode === 'mxfp4' || mode === 'nvfp4') {
    const table = mode === 'mxfp4' ? E8M0 : E4M3;
    fourBitWeight(stored, { name, codes, shape, groupSize, scales, scaleTable: () => table });
    return;
  }
  const all = () => ({ cols, groups, groupOf: consecutiveGroups(cols, groupSize) });
  if (mode === 'mxfp8') {
    stored.make(
      name,
      lazyWeight({
        name,
        shape,
        piece: cols,
        codec: values,
        planes: async (from, to, signal) => ({
          ...all(),
          codes: await readRowBytes(codes, from, to, signal),
          scales: looked(await readRowBytes(scales, from, to, signal), E8M0),
          values: E4M3,
        }),
      }),
    );
    return;
  }
  const biases = stored.take(`${module}.biases`, name, of);
  stored.make(
    name,
    lazyWeight({
      name,
      shape,
      piece: cols,
      codec: affine,
      async planes(from, to, signal) {
        const words = wordsOf(await readRowBytes(codes, from, to, signal));
        const out = new Uint8Array((to - from) * cols);
        for (let row = 0; row < to - from; row++)
          unpackFields({ words, base: row * perRow, stride: 1, bits }, cols, out, row * cols);
        return {
          ...all(),
          codes: out,
          scales: await readRowFloats(scales, from, to, signal),
          offsets: await readRowFloats(biases, from, to, signal),
        };
      },
    }),
  );
}
