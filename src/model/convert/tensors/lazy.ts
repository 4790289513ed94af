// Lazy tensors derived from other tensors, read in slices. Nothing here holds a whole weight.
import { elementCount, ggmlTypeByLabel } from '../../../files/ggml-types';
import type { TensorSource } from '../../../files/model-file';
import { formatByLabel } from '../../../quant/registry';
import { bytesOf } from '../../../util/bytes';
import { FileError } from '../../../util/errors';
import { f16FromFloat, f16ToFloat } from '../../../util/half';
import { packedRows, packedStack } from './packed';

const F32 = ggmlTypeByLabel('F32');
const roundToF16 = (x: number): number => f16ToFloat(f16FromFloat(x));

/** A float32 vector of factors. Throws FileError unless they are positive and finite. */
export function computed(name: string, values: Float32Array<ArrayBuffer>): TensorSource {
  const bad = values.findIndex((v) => !Number.isFinite(v) || v <= 0);
  if (bad >= 0)
    throw new FileError(
      `config.json gives ${values[bad]} at index ${bad} of ${name}, expected positive numbers.`,
      'Download config.json again.',
    );
  const bytes = bytesOf(values);
  return {
    name,
    shape: [values.length],
    type: F32,
    sizeBytes: bytes.length,
    read: (start, end) => Promise.resolve(bytes.slice(start, end)),
  };
}

/** A tensor of doubles rounded to float32, as the reference converter reads it; others as they are. */
export function withoutDoubles<T extends TensorSource>(tensor: T): T {
  if (tensor.type.label !== 'F64') return tensor;
  return {
    ...tensor,
    type: F32,
    sizeBytes: tensor.sizeBytes / 2,
    async read(start, end, signal) {
      const first = Math.floor(start / 4);
      const raw = await tensor.read(first * 8, Math.ceil(end / 4) * 8, signal);
      const values = Float32Array.from(new Float64Array(raw.slice().buffer));
      return bytesOf(values).slice(start - first * 4, end - first * 4);
    },
  };
}

/** The tensor converted to float32. */
export function asFloat32(tensor: TensorSource): TensorSource {
  if (tensor.type.label === 'F32') return tensor;
  const format = formatByLabel(tensor.type.label);
  const each = tensor.type.blockBytes;
  return {
    ...tensor,
    type: F32,
    sizeBytes: (tensor.sizeBytes / each) * 4,
    async read(start, end, signal) {
      const first = Math.floor(start / 4);
      const raw = await tensor.read(first * each, Math.ceil(end / 4) * each, signal);
      return bytesOf(format.decode(raw)).slice(start - first * 4, end - first * 4);
    },
  };
}

/** The tensor plus one, as float32. F16 is added in float16, as in convert_hf_to_gguf.py. */
export function plusOne(tensor: TensorSource): TensorSource {
  const halves = tensor.type.label === 'F16';
  const floats = asFloat32(tensor);
  return {
    ...floats,
    packed: undefined,
    async read(start, end, signal) {
      const first = start - (start % 4);
      const raw = await floats.read(first, Math.min(floats.sizeBytes, Math.ceil(end / 4) * 4), signal);
      const values = new Float32Array(raw.slice().buffer).map((v) => (halves ? roundToF16(v + 1) : v + 1));
      return bytesOf(values).slice(start - first, end - first);
    },
  };
}

/** The transposed matrix. Every read of a slice reads the whole tensor, a part at a time. */
export function transposed(tensor: TensorSource): TensorSource {
  const [storedCols, storedRows] = [tensor.shape[0]!, tensor.shape[1] ?? 1];
  const each = tensor.type.blockBytes;
  const rowBytes = storedRows * each;
  const step = Math.max(1, Math.floor((4 << 20) / (storedCols * each)));
  return {
    ...tensor,
    packed: undefined,
    shape: [storedRows, storedCols],
    async read(start, end, signal) {
      const first = Math.floor(start / rowBytes);
      const last = Math.ceil(end / rowBytes);
      const out = new Uint8Array((last - first) * rowBytes);
      for (let from = 0; from < storedRows; from += step) {
        const to = Math.min(storedRows, from + step);
        const part = await tensor.read(from * storedCols * each, to * storedCols * each, signal);
        for (let row = first; row < last; row++)
          for (let col = from; col < to; col++) {
            const at = ((col - from) * storedCols + row) * each;
            for (let b = 0; b < each; b++) out[(row - first) * rowBytes + col * each + b] = part[at + b]!;
          }
      }
      return out.subarray(start - first * rowBytes, end - first * rowBytes);
    },
  };
}

/** Tensors of one shape stacked along a new outermost dimension. Throws FileError if shapes or types differ. */
export function stacked(name: string, parts: readonly TensorSource[]): TensorSource {
  const [first] = parts;
  const odd = parts.find((p) => p.type !== first!.type || String(p.shape) !== String(first!.shape));
  if (odd)
    throw new FileError(
      `Tensor "${odd.name}" is ${odd.type.label} [${odd.shape}], "${first!.name}" of the same kind is ${first!.type.label} [${first!.shape}].`,
      'The checkpoint does not fit together. Download it again.',
    );
  const each = first!.sizeBytes;
  return {
    ...first!,
    name,
    packed: packedStack(parts),
    shape: [...first!.shape, parts.length],
    sizeBytes: each * parts.length,
    async read(start, end, signal) {
      const out = new Uint8Array(end - start);
      for (let at = start; at < end; ) {
        const part = Math.floor(at / each);
        const stop = Math.min(end, (part + 1) * each);
        out.set(await parts[part]!.read(at - part * each, stop - part * each, signal), at - start);
        at = stop;
      }
      return out;
    },
  };
}

/** Rows from..to - 1 of a matrix, or of each matrix of a stack. */
export function rowsOf(tensor: TensorSource, from: number, to: number): TensorSource {
  const [cols, rows] = [tensor.shape[0]!, tensor.shape[1]!];
  if (from === 0 && to === rows) return tensor;
  const rowBytes = (tensor.sizeBytes / elementCount(tensor.shape)!) * cols;
  const matrix = (to - from) * rowBytes;
  const matrices = elementCount(tensor.shape)! / cols / rows;
  return {
    ...tensor,
    packed: tensor.shape.length === 2 ? packedRows(tensor, from) : undefined,
    shape: [cols, to - from, ...tensor.shape.slice(2)],
    sizeBytes: matrix * matrices,
    async read(start, end, signal) {
      const out = new Uint8Array(end - start);
      for (let at = start; at < end; ) {
        const index = Math.floor(at / matrix);
        const stop = Math.min(end, (index + 1) * matrix);
        const shift = (index * rows + from) * rowBytes - index * matrix;
        out.set(await tensor.read(at + shift, stop + shift, signal), at - start);
        at = stop;
      }
      return out;
    },
  };
}
