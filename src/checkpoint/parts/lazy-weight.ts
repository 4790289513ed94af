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
        const first = at * piece * 4 - start;
        const count = planes.codes.length;
        // As a rule in its place: memory that is asked for and copied costs more than decoding.
        if (first >= 0 && first % 4 === 0 && first + count * 4 <= out.length)
          codec.decode(planes, new Float32Array(out.buffer, first, count));
        else {
          const bytes = bytesOf(codec.decode(planes));
          out.set(bytes.subarray(Math.max(0, -first), out.length - first), Math.max(0, first));
        }
        at += planes.codes.length / piece;
      }
      return out;
    },
  };
}
