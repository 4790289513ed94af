// The sixteen values of a 4-bit float (E2M1), doubled: a fact of the MXFP4 and NVFP4 formats (kvalues_mxfp4).

const { fround } = Math;
export const FP4 = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12] as const;

/** The value nearest to x in steps of d; of equally near ones the first. Source: best_index_mxfp4. */
export function nearestFp4(x: number, d: number): number {
  let index = 0;
  let least = Math.abs(fround(fround(FP4[0] * d) - x));
  for (let i = 1; i < 16; i++) {
    const off = Math.abs(fround(fround(FP4[i]! * d) - x));
    if (off < least) {
      least = off;
      index = i;
    }
  }
  return index;
}

/** Half of the power of two that an exponent byte stands for; the values above are doubled. Source: e8m0_to_fp32_half. */
export const powerOfTwoHalf = (exponent: number): number => fround(2 ** (exponent - 128));

/** Unsigned float of 4 exponent and 3 mantissa bits, halved like the above. Source: ggml_ue4m3_to_fp32. */
export function ue4m3Half(code: number): number {
  if (code === 0 || code === 127) return 0;
  const exponent = (code >> 3) & 15;
  const mantissa = code & 7;
  return (exponent === 0 ? mantissa * 2 ** -9 : (1 + mantissa / 8) * 2 ** (exponent - 7)) / 2;
}

/** Nearest code, half up, 126 (448) at most. Source: ggml_fp32_to_ue4m3. */
export function ue4m3FromFloat(x: number): number {
  if (!(x > 0)) return 0;
  const bits = floatBits(Math.min(x, 448));
  let exponent = (bits >>> 23) - 127 + 7;
  if (exponent <= 0) return Math.min(7, Math.trunc(fround(fround(x * 512) + 0.5)));
  if (exponent >= 15) return 126;
  let mantissa = ((bits >>> 20) & 7) + ((bits >>> 19) & 1);
  if (mantissa > 7) {
    mantissa = 0;
    exponent++;
  }
  return exponent >= 15 ? 126 : (exponent << 3) | mantissa;
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);
function floatBits(x: number): number {
  float[0] = x;
  return word[0]!;
}
