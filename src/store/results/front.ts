// Levels that nothing beats. Pure.

/** A level by size and loss. */
export interface Placed {
  readonly fileBytes: number;
  /** Mean KL divergence, in nats. */
  readonly kl: number;
}

/** True where another level is no larger and no farther, and not the same in both. */
const beats = (a: Placed, b: Placed): boolean =>
  a.fileBytes <= b.fileBytes && a.kl <= b.kl && (a.fileBytes < b.fileBytes || a.kl < b.kl);
const isSame = (a: Placed, b: Placed): boolean => a.fileBytes === b.fileBytes && a.kl === b.kl;

/** The levels that nothing is both smaller and closer than, smallest first; of equal ones the first. */
export const frontOf = <T extends Placed>(all: readonly T[]): T[] =>
  all
    .filter((p, i) => !all.some((o, j) => beats(o, p) || (j < i && isSame(o, p))))
    .sort((a, b) => a.fileBytes - b.fileBytes);
