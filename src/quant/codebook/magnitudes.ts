/** Magnitudes of the 2-bit codes: 8, 25, 43. */
export const magnitude2 = (code: number): number => 8 + 17 * code + (code >> 1);

/** Magnitudes of the 3-bit codes of IQ3_XXS: 4, 12, ... 52, 62. */
export const magnitude3 = (code: number): number => 4 + 8 * code + (code === 7 ? 2 : 0);
