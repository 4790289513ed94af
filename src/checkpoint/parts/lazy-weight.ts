import { ggmlTypeByLabel } from '../../files/ggml-types';
import type { TensorSource } from '../../files/model-file';
import { bytesOf } from '../../util/bytes';
import type { Packed } from '../../files/packed-rows';
import type { Codec } from './planes';

/** Weights that are decoded at once. */
const STEP = 1 << 20;

/** A quantized weight. */
export interface Coded extends Omit<Packed, 'decoder'> {
  readonly name: string;
  /** Row-major, outermost dimension first. */
  readonly shape: readonly number[];
  readonly codec: Codec;
}

/** The weight as float32, decoded as it is read. */
export function lazyWeight(coded: Coded): TensorSource {
  const { name, shape, piece, codec } = coded;
  const step = Math.max(1, Math.floor(STEP / piece));
  return {
    name,
    shape,
    type: ggmlTypeByLabel('F32'),
    sizeBytes: shape.reduce((n, d) => n * d, 4),
    packed: { piece, decoder: codec.id, planes: (from, to, signal) => coded.planes(from, to, signal) },
    async read(start, end, signal) {
      const out = new Uint8Array(end - start);
      const last = Math.ceil(end / 4 / piece);
      for (let at = Math.floor(start / 4 / piece); at < last; ) {
        const planes = await coded.planes(at, Math.min(last, at + step), signal);
        const bytes = bytesOf(codec.decode(planes));
        const first = at * piece * 4;
        const from = Math.max(start, first);
        out.set(bytes.subarray(from - first, Math.min(end, first + bytes.length) - first), from - start);
        at += planes.codes.length / piece;
      }
      return out;
    },
  };
}
