// MXFP4 and NVFP4.

const { fround } = Math;
/** The 16 values of E2M1, doubled. Source: kvalues_mxfp4. */
export const FP4 = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12] as const;

/** Code of the FP4 value nearest to x / d. The first wins ties. Source: best_index_mxfp4. */
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

/** Half of the E8M0 scale 2^(exponent - 127), because FP4 is doubled. Source: e8m0_to_fp32_half. */
export const powerOfTwoHalf = (exponent: number): number => fround(2 ** (exponent - 128));

/** Half of an unsigned E4M3 scale. Source: ggml_ue4m3_to_fp32. */
export function ue4m3Half(code: number): number {
  if (code === 0 || code === 127) return 0;
  const exponent = (code >> 3) & 15;
  const mantissa = code & 7;
  return (exponent === 0 ? mantissa * 2 ** -9 : (1 + mantissa / 8) * 2 ** (exponent - 7)) / 2;
}

/** Nearest UE4M3 code, half up, at most 126 (448). Source: ggml_fp32_to_ue4m3. */
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
