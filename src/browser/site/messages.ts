// Between the page and its service worker: what the one says to the other, and the locks that say what goes on in tabs.

/** The page asks a version that waits to take over. */
export const TAKE = 'take over';
/** The page asks to drop files of versions that no tab shows any more. */
export const TIDY = 'tidy up';

const PAGE = 'nibble-studio page ';
/** Name of the lock that a page holds for as long as it lives, by the address of its entry script, which has a hash. */
export const pageLock = (entry: string): string => PAGE + entry;
/** The entry script of a page by its lock; undefined for other locks. */
export const pageOf = (lock: string): string | undefined =>
  lock.startsWith(PAGE) ? lock.slice(PAGE.length) : undefined;
