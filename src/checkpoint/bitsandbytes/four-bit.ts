import { elementCount } from '../../files/ggml-types';
import { isRecord, type Json, parseJson } from '../../files/json';
import type { SafeTensor } from '../../files/safetensors/read';
import { FileError } from '../../util/errors';
import { shownValue } from '../../util/foreign-text';
import { unpackNibbles } from '../parts/fields';
import { lazyWeight } from '../parts/lazy-weight';
import { consecutiveGroups, values } from '../parts/planes';
import { readFloats } from '../parts/small-floats';
import { BYTES, DAMAGED, FLOATS, type Stored } from '../parts/stored';

const MAX_STATE_BYTES = 4096;
const MAX_BLOCK = 1 << 16;

/** Facts of a weight, as the JSON beside it says them. */
interface State {
  readonly shape: readonly number[];
  readonly count: number;
  /** Values that share an absmax. */
  readonly blockSize: number;
  /** Values of absmax that share one of their own; undefined where they are not quantized. */
  readonly nested: { readonly blockSize: number; readonly offset: number } | undefined;
}

const isCount = (n: unknown, most: number): n is number =>
  typeof n === 'number' && Number.isInteger(n) && n > 0 && n <= most;

async function stateOf(tensor: SafeTensor, label: string): Promise<State> {
  const wrong = (what: string): FileError =>
    new FileError(`${label}: tensor "${tensor.name}" ${what}.`, DAMAGED);
  if (tensor.sizeBytes > MAX_STATE_BYTES)
    throw wrong(`has ${tensor.sizeBytes} bytes, expected JSON of at most ${MAX_STATE_BYTES}`);
  const { value } = parseJson(await tensor.read(0, tensor.sizeBytes), `${label}: tensor "${tensor.name}"`);
  const json: Json = isRecord(value) ? value : {};
  const { shape, blocksize, nested_blocksize: nestedSize, nested_offset: offset } = json;
  const say = (key: string, expected: string) =>
    wrong(`says "${key}": ${shownValue(json[key] ?? 'nothing')}, expected ${expected}`);
  const isShape = Array.isArray(shape) && shape.length === 2 && shape.every((n) => isCount(n, 2 ** 32));
  const count = isShape ? elementCount(shape as number[]) : undefined;
  if (count === undefined) throw say('shape', 'rows and columns');
  // Two codes share a byte, so an odd block would begin in the middle of one.
  if (!isCount(blocksize, MAX_BLOCK) || blocksize % 2 !== 0)
    throw say('blocksize', `an even number up to ${MAX_BLOCK}`);
  if (nestedSize === undefined && offset === undefined)
    return { shape: shape as number[], count, blockSize: blocksize, nested: undefined };
  if (!isCount(nestedSize, MAX_BLOCK)) throw say('nested_blocksize', `a count up to ${MAX_BLOCK}`);
  if (typeof offset !== 'number' || !Number.isFinite(offset)) throw say('nested_offset', 'a number');
  // Printed as a double, meant as float32.
  const nested = { blockSize: nestedSize, offset: Math.fround(offset) };
  return { shape: shape as number[], count, blockSize: blocksize, nested };
}

/** Reads the absmax of blocks. */
type ReadScales = (from: number, to: number, signal?: AbortSignal) => Promise<Float32Array>;

function scalesOf(stored: Stored, name: string, { nested, blockSize, count }: State): ReadScales {
  const blocks = Math.ceil(count / blockSize);
  const because = `one for each ${blockSize} values`;
  if (!nested) {
    const absmax = stored.take(`${name}.absmax`, name, { dtypes: FLOATS, shape: [blocks], because });
    return (from, to, signal) => readFloats(absmax, from, to, signal);
  }
  const absmax = stored.take(`${name}.absmax`, name, { dtypes: BYTES, shape: [blocks], because });
  const map = stored.take(`${name}.nested_quant_map`, name, {
    dtypes: ['F32'],
    shape: [256],
    because: 'a value for each byte',
  });
  const outer = stored.take(`${name}.nested_absmax`, name, {
    dtypes: ['F32'],
    shape: [Math.ceil(blocks / nested.blockSize)],
    because: `one for each ${nested.blockSize} of absmax`,
  });
  return async (from, to, signal) => {
    const table = await readFloats(map, 0, 256, signal);
    const first = Math.floor(from / nested.blockSize);
    const largest = await readFloats(outer, first, Math.ceil(to / nested.blockSize), signal);
    const bytes = await absmax.read(from, to, signal);
    return Float32Array.from(
      bytes,
      (b, i) =>
        Math.fround(table[b]! * largest[Math.floor((from + i) / nested.blockSize) - first]!) + nested.offset,
    );
  };
}

/** Puts the weight `name` in the place of its codes of 4 bits. */
export async function fourBitBlocks(stored: Stored, name: string, ending: string): Promise<void> {
  const state = await stateOf(stored.take(name + ending, name, { dtypes: BYTES }), stored.label);
  const { count, blockSize, shape } = state;
  const codes = stored.take(name, name + ending, { dtypes: [...BYTES, ...FLOATS] });
  const halfBytes = Math.ceil(count / 2);
  if (codes.sizeBytes !== halfBytes)
    throw new FileError(
      `${stored.label}: tensor "${name}" has ${codes.sizeBytes} bytes; [${shape}] in 4 bits is ${halfBytes}.`,
      DAMAGED,
    );
  const map = stored.take(`${name}.quant_map`, name, {
    dtypes: ['F32'],
    shape: [16],
    because: 'a value for each code',
  });
  const scales = scalesOf(stored, name, state);
  stored.make(
    name,
    lazyWeight({
      name,
      shape,
      piece: blockSize,
      codec: values,
      async planes(from, to, signal) {
        const end = Math.min(halfBytes, (to * blockSize) / 2);
        const bytes = await codes.read((from * blockSize) / 2, end, signal);
        const unpacked = new Uint8Array((to - from) * blockSize);
        unpacked.set(unpackNibbles(bytes, true));
        return {
          codes: unpacked,
          cols: blockSize,
          groups: 1,
          groupOf: consecutiveGroups(blockSize, blockSize),
          scales: await scales(from, to, signal),
          values: await readFloats(map, 0, 16, signal),
        };
      },
    }),
  );
}
