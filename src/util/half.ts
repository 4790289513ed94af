// 16-bit floats as bit patterns, in integer arithmetic, so that ties and subnormals are the same everywhere.

const f32 = new Float32Array(1);
const u32 = new Uint32Array(f32.buffer);

/** f32 bits -> f16 bits, round to nearest even; NaN stays a (quiet) NaN. */
export function f16FromBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const a = bits & 0x7fffffff;
  if (a > 0x7f800000) return sign | 0x7e00;
  if (a >= 0x47800000) return sign | 0x7c00;
  if (a < 0x38800000) {
    const shift = 126 - (a >>> 23);
    if (shift > 24) return sign;
    const m = (a & 0x7fffff) | 0x800000;
    const h = m >>> shift;
    const rest = m & ((1 << shift) - 1);
    const half = 1 << (shift - 1);
    return sign | (h + (rest > half || (rest === half && (h & 1) === 1) ? 1 : 0));
  }
  const r = a - 0x38000000;
  return sign | ((r + 0xfff + ((r >>> 13) & 1)) >>> 13);
}

export function f16FromFloat(x: number): number {
  f32[0] = x;
  return f16FromBits(u32[0]!);
}

function valueOfF16(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const e = (h >> 10) & 31;
  const m = h & 1023;
  if (e === 0) return sign * m * 2 ** -24;
  if (e === 31) return m ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + m / 1024) * 2 ** (e - 15);
}

let f16Values: Float32Array | undefined;

/** f16 bits -> value, exact, from a table built on the first call. */
export function f16ToFloat(h: number): number {
  if (!f16Values) {
    f16Values = new Float32Array(65536);
    for (let bits = 0; bits < 65536; bits++) f16Values[bits] = valueOfF16(bits);
  }
  return f16Values[h]!;
}

/** f32 bits -> bf16 bits, round to nearest even; NaN becomes quiet. Source: ggml_compute_fp32_to_bf16. */
export function bf16FromBits(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 64;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
