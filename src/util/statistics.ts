// Means of samples with their errors. Pure.

/** A mean, and how well it is known. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
  /** Samples that it is the mean of; one sample has no error. */
  readonly samples: number;
}

/** Bounds that hold the true value 95 times in 100. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Mean of samples that stand for `weights` observations each, with the standard error of that ratio. Source: Cochran, Sampling Techniques, 6.4. */
export function weightedMean(values: readonly number[], weights: readonly number[]): Estimate {
  const total = weights.reduce((sum, w) => sum + w, 0);
  const mean = values.reduce((sum, v, i) => sum + weights[i]! * v, 0) / total;
  const samples = values.length;
  if (samples < 2) return { mean, standardError: 0, samples };
  const squares = values.reduce((sum, v, i) => sum + (weights[i]! * (v - mean)) ** 2, 0);
  return { mean, standardError: Math.sqrt((squares * samples) / (samples - 1)) / total, samples };
}

/** Normal quantile of 97.5 %. */
const NORMAL = 1.959964;
/** Student's t of 97.5 % for 1 to 4 degrees of freedom; from 5 on its expansion is exact to 0.002. */
const FEW = [12.7062, 4.3027, 3.1824, 2.7764];

/** Half the width, in standard errors, of an interval that holds 95 % with so few degrees of freedom. Source: Abramowitz and Stegun, 26.7.5. */
export function student95(freedom: number): number {
  const known = FEW[freedom - 1];
  if (known !== undefined) return known;
  const z = NORMAL;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ];
  return terms.reduce((sum, term, i) => sum + term / freedom ** (i + 1), z);
}

/** The 95 % interval of a mean by Student's t; null of a single sample. */
export function interval95({ mean, standardError, samples }: Estimate): Interval | null {
  if (samples < 2) return null;
  const half = student95(samples - 1) * standardError;
  return { low: mean - half, high: mean + half };
}

/**
 * The 95 % interval of a share of `count` observations by Wilson's score, which stays within 0 and 1 and is not empty where
 * all observations agree.
 */
export function shareInterval95(share: number, count: number): Interval {
  const z2 = NORMAL ** 2;
  const middle = (share + z2 / (2 * count)) / (1 + z2 / count);
  const half = (NORMAL * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count ** 2))) / (1 + z2 / count);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
