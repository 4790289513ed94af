/** Codes of some pieces of a weight, with what scales them. Codes of a group share a scale, and an offset where there is one. */
export interface Planes {
  /** One code a byte, piece by piece. Signed codes have 128 added. */
  readonly codes: Uint8Array;
  readonly cols: number;
  /** Groups of a piece. */
  readonly groups: number;
  /** Group of each column. */
  readonly groupOf: Uint32Array;
  /** Piece by piece, a value for each group. */
  readonly scales: Float32Array;
  /** Zero points or biases, like the scales. */
  readonly offsets?: Float32Array;
  /** Value of each code, for decoders that look it up. */
  readonly values?: Float32Array;
}

/** Arithmetic that makes float32 of planes: a codec of `checkpoint/parts/planes`, and a decoder in `shaders/checkpoint`. */
export type Decoder = 'steps' | 'affine' | 'values' | 'int8';

/**
 * A weight as another quantizer packed it. Its pieces are its rows; where blocks of codes cross rows, its pieces are these
 * blocks, counted over all weights.
 */
export interface Packed {
  /** Weights of a piece; of the last one, less may be needed. */
  readonly piece: number;
  readonly decoder: Decoder;
  /** Planes of pieces from `from` on: at least of one, at most of those before `to`. */
  planes(from: number, to: number, signal?: AbortSignal): Promise<Planes>;
}

const same = (a: ArrayLike<number> = [], b: ArrayLike<number> = []): boolean =>
  a === b ||
  (a.length === b.length && Array.prototype.every.call(a, (v: number, i: number) => Object.is(v, b[i])));

function joined<T extends Uint8Array | Float32Array>(parts: readonly T[], out: T): T {
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * All planes of the pieces [from, to), which a packed weight may give in parts; undefined if these differ in their groups or
 * values, as experts of a stack may.
 */
export async function wholePlanes(
  packed: Packed,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<Planes | undefined> {
  const parts: Planes[] = [];
  for (let at = from; at < to; ) {
    const part = await packed.planes(at, to, signal);
    parts.push(part);
    at += part.codes.length / packed.piece;
  }
  const [first] = parts;
  if (!first || parts.length === 1) return first;
  const fits = (p: Planes) =>
    p.groups === first.groups && same(p.groupOf, first.groupOf) && same(p.values, first.values);
  if (!parts.every(fits)) return undefined;
  const floats = (of: readonly Float32Array[]) =>
    joined(of, new Float32Array(of.reduce((n, p) => n + p.length, 0)));
  return {
    ...first,
    codes: joined(
      parts.map((p) => p.codes),
      new Uint8Array((to - from) * packed.piece),
    ),
    scales: floats(parts.map((p) => p.scales)),
    ...(first.offsets ? { offsets: floats(parts.map((p) => p.offsets!)) } : {}),
  };
}
