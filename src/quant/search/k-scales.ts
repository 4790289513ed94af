// Eight 6-bit scales and eight 6-bit minimums of Q4_K and Q5_K in 12 bytes.

/** Source: the packing in quantize_row_q4_K_ref. */
export function packScales(
  scales: ArrayLike<number>,
  mins: ArrayLike<number>,
  out: Uint8Array,
  at: number,
): void {
  for (let j = 0; j < 4; j++) {
    out[at + j] = scales[j]! | ((scales[j + 4]! >> 4) << 6);
    out[at + 4 + j] = mins[j]! | ((mins[j + 4]! >> 4) << 6);
    out[at + 8 + j] = (scales[j + 4]! & 15) | ((mins[j + 4]! & 15) << 4);
  }
}

/** Source: get_scale_min_k4. */
export function unpackScale(bytes: Uint8Array, at: number, j: number): { scale: number; min: number } {
  if (j < 4) return { scale: bytes[at + j]! & 63, min: bytes[at + 4 + j]! & 63 };
  const low = bytes[at + 4 + j]!;
  return {
    scale: (low & 15) | ((bytes[at + j - 4]! >> 6) << 4),
    min: (low >> 4) | ((bytes[at + j]! >> 6) << 4),
  };
}
