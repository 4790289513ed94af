import type { SafeTensor } from '../../files/safetensors/read';
import { FileError } from '../../util/errors';
import { groupsBy } from '../gptq/weight';
import { unpackFields, wordsOf } from '../parts/fields';
import { lazyWeight } from '../parts/lazy-weight';
import { consecutiveGroups, steps } from '../parts/planes';
import { readFloats, readRowBytes } from '../parts/small-floats';
import { BYTES, DAMAGED, FLOATS, type Stored, WORDS } from '../parts/stored';
import type { Scheme } from './schemes';

/** Codes of rows, one a byte, with the offset that makes them unsigned. */
type ReadCodes = (from: number, to: number, signal?: AbortSignal) => Promise<Uint8Array>;

interface Integers {
  /** Name of the codes. */
  readonly name: string;
  readonly shape: readonly [rows: number, cols: number];
  readonly codes: ReadCodes;
}

/** Shape of a packed weight: by weight_shape, where codes may not fill the last word of a row, else by the words. */
async function shapeOf(
  stored: Stored,
  module: string,
  packed: SafeTensor,
  bits: number,
): Promise<readonly [number, number]> {
  const [rows = 0, words = 0] = packed.shape;
  const stated = stored.maybe(`${module}.weight_shape`, {
    dtypes: ['I64', 'I32'],
    shape: [2],
    because: 'rows and columns',
  });
  if (!stated) return [rows, (words * 32) / bits];
  const bytes = await stated.read(0, stated.sizeBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [out, inputs] = [0, 1].map((i) =>
    stated.dtype === 'I64' ? Number(view.getBigInt64(i * 8, true)) : view.getInt32(i * 4, true),
  ) as [number, number];
  if (out === rows && inputs > 0 && Math.ceil((inputs * bits) / 32) === words) return [rows, inputs];
  throw new FileError(
    `${stored.label}: tensor "${stated.name}" says [${out},${inputs}], which in words of ${bits}-bit codes is no [${packed.shape}] of "${packed.name}".`,
    DAMAGED,
  );
}

/** weight_packed: each row is a stream of codes, 8 or 128 more than they mean. */
async function packed(stored: Stored, module: string, bits: number): Promise<Integers> {
  const name = `${module}.weight_packed`;
  const tensor = stored.matrix(name, name, WORDS);
  const shape = await shapeOf(stored, module, tensor, bits);
  const [, cols] = shape;
  const perRow = tensor.shape[1];
  return {
    name,
    shape,
    async codes(from, to, signal) {
      const words = wordsOf(await readRowBytes(tensor, from, to, signal));
      const out = new Uint8Array((to - from) * cols);
      for (let row = 0; row < to - from; row++)
        unpackFields({ words, base: row * perRow, stride: 1, bits }, cols, out, row * cols);
      return out;
    },
  };
}

/** weight of format int-quantized: signed bytes. */
function plain(stored: Stored, module: string): Integers {
  const name = `${module}.weight`;
  const tensor = stored.matrix(name, name, BYTES);
  return {
    name,
    shape: tensor.shape,
    codes: async (from, to, signal) => (await readRowBytes(tensor, from, to, signal)).map((b) => b ^ 128),
  };
}

/** Zero points of the rows [from, to), with the offset of the codes. */
type ReadZeros = (from: number, to: number, signal?: AbortSignal) => Promise<Float32Array>;

/** weight_zero_point: signed bytes, or codes packed along the rows: a word of it holds those of 32/bits rows. */
function zerosOf(
  stored: Stored,
  module: string,
  { name, shape: [rows] }: Integers,
  groups: number,
  { isSymmetric, bits, format }: Scheme,
): ReadZeros {
  const middle = format === 'pack-quantized' ? 2 ** (bits - 1) : 128;
  const zeroName = `${module}.weight_zero_point`;
  if (isSymmetric) {
    // Some versions write zero points of a symmetric weight, all of them zero.
    stored.leaveOut([zeroName]);
    return async (from, to) => new Float32Array((to - from) * groups).fill(middle);
  }
  if (format !== 'pack-quantized') {
    const zeros = stored.take(zeroName, name, {
      dtypes: BYTES,
      shape: [rows, groups],
      because: 'one for each group',
    });
    return async (from, to, signal) =>
      Float32Array.from(await readRowBytes(zeros, from, to, signal), (b) => b ^ 128);
  }
  const shape = [Math.ceil((rows * bits) / 32), groups];
  const zeros = stored.take(zeroName, name, { dtypes: WORDS, shape, because: 'packed along the rows' });
  const each = 32 / bits;
  return async (from, to, signal) => {
    const first = Math.floor(from / each);
    const words = wordsOf(await readRowBytes(zeros, first, Math.ceil(to / each), signal));
    const out = new Float32Array((to - from) * groups);
    for (let row = from; row < to; row++)
      for (let g = 0; g < groups; g++) {
        const word = words[(Math.floor(row / each) - first) * groups + g]!;
        out[(row - from) * groups + g] = (word >>> ((row % each) * bits)) & (2 ** bits - 1);
      }
    return out;
  };
}

/** Puts the weight of a module in the place of its integer codes. */
export async function integerWeight(stored: Stored, module: string, scheme: Scheme): Promise<void> {
  const { bits, strategy, groupSize, format } = scheme;
  const integers = format === 'pack-quantized' ? await packed(stored, module, bits) : plain(stored, module);
  const { name, shape } = integers;
  const [rows, cols] = shape;
  const size = groupSize === -1 ? cols : groupSize;
  const groups = Math.ceil(cols / size);
  const isOne = strategy === 'tensor';
  const scales = stored.take(`${module}.weight_scale`, name, {
    dtypes: FLOATS,
    ...(isOne ? {} : { shape: [rows, groups], because: `groups of ${size} in ${cols} inputs` }),
  });
  if (isOne && scales.sizeBytes !== scales.type.blockBytes)
    throw new FileError(
      `${stored.label}: tensor "${scales.name}" has shape [${scales.shape}], expected one scale for the tensor.`,
      DAMAGED,
    );
  const of = { dtypes: WORDS, shape: [cols], because: 'a group for each input' };
  const index = scheme.hasOrder
    ? stored.take(`${module}.weight_g_idx`, name, of)
    : stored.maybe(`${module}.weight_g_idx`, of);
  const zeros = zerosOf(stored, module, integers, groups, scheme);
  stored.make(
    name,
    lazyWeight({
      name: `${module}.weight`,
      shape,
      piece: cols,
      codec: steps,
      async planes(from, to, signal) {
        const read = isOne
          ? new Float32Array(to - from).fill((await readFloats(scales, 0, 1, signal))[0]!)
          : await readFloats(scales, from * groups, to * groups, signal);
        return {
          codes: await integers.codes(from, to, signal),
          cols,
          groups,
          groupOf: index
            ? await groupsBy(index, stored.label, groups, signal)
            : consecutiveGroups(cols, size),
          scales: read,
          offsets: await zeros(from, to, signal),
        };
      },
    }),
  );
}
