// Results of one model that several tabs measure. Pure.
import type { QualityRecord } from '../../evaluate/quality-records';
import type { RunRecord } from '../../studio/records';
import type { StudioState, Sweep } from '../state';
import { comparable } from './loss';

/** Results of a model as they are stored. */
export interface Kept {
  readonly runs: readonly RunRecord[];
  readonly qualities: readonly QualityRecord[];
  readonly sweep: Sweep | null;
  /** The user's text, if an unfinished sweep needs it. */
  readonly ownText: StudioState['ownText'];
}

type Measured = { readonly type: string; readonly measuredMs: number };
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Per level: this tab's change since `base`, or else what is stored; of two changes the newer measurement. */
function mergeLists<T extends Measured>(base: readonly T[], own: readonly T[], stored: readonly T[]): T[] {
  const types = new Set([...own, ...stored].map(({ type }) => type));
  return [...types].flatMap((type) => {
    const of = (list: readonly T[]) => list.find((r) => r.type === type);
    const [before, mine, theirs] = [of(base), of(own), of(stored)];
    if (isSame(before, mine)) return theirs ?? [];
    if (!mine) return theirs && !isSame(before, theirs) ? theirs : [];
    return theirs && !isSame(before, theirs) && theirs.measuredMs > mine.measuredMs ? theirs : mine;
  });
}

/**
 * This tab's results over the stored ones, to which other tabs may have added since this tab stored or read
 * `base`. Qualities under other conditions than this tab's go, as with a new sweep of one tab.
 */
export function mergeKept(base: Kept, own: Kept, stored: Kept): Kept {
  const qualities = mergeLists(base.qualities, own.qualities, stored.qualities);
  const [newest] = [...own.qualities].sort((a, b) => b.measuredMs - a.measuredMs);
  const changed = !isSame(base.sweep, own.sweep);
  // A sweep that another tab has begun since is not ended by the end of this tab's.
  const theirs = stored.sweep !== null && !isSame(base.sweep, stored.sweep);
  const takesOwn = changed && !(own.sweep === null && theirs);
  return {
    runs: mergeLists(base.runs, own.runs, stored.runs),
    qualities: newest ? qualities.filter((q) => comparable(q, newest)) : qualities,
    sweep: takesOwn ? own.sweep : stored.sweep,
    ownText: takesOwn ? own.ownText : stored.ownText,
  };
}
