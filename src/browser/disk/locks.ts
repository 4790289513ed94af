// Owners of what is on the private disk: a Web Lock is held for as long as a tab or its worker lives, and the browser
// lets go of it when they die, in whatever way.

/** Lets go; the lock is free for others when the promise is kept. */
export type Release = () => Promise<void>;

/** Of a lock that nobody held. */
export const NOTHING_HELD: Release = () => Promise.resolve();

/** Without locks (an insecure page) there is one owner: this page. */
const locks = (): LockManager | undefined => (typeof navigator === 'undefined' ? undefined : navigator.locks);

/** Holds a lock until it is released or this tab or worker ends; undefined at once while another has it. */
export async function tryHold(name: string, mode: LockMode = 'exclusive'): Promise<Release | undefined> {
  const manager = locks();
  if (!manager) return NOTHING_HELD;
  return new Promise((resolve, reject) => {
    const ended = manager.request(name, { mode, ifAvailable: true }, (lock) => {
      if (!lock) {
        resolve(undefined);
        return undefined;
      }
      return new Promise<void>((letGo) => {
        const release = async () => {
          letGo();
          await ended;
        };
        resolve(release);
      });
    });
    ended.catch(reject);
  });
}

/** Runs work while no other holds the lock; waits its turn. */
export async function withLock<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const manager = locks();
  if (!manager) return work();
  return (await manager.request(name, async () => work())) as T;
}

/** Names of the locks that are held, by whatever tab. */
export async function heldLocks(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await locks()?.query()) ?? {};
  return new Set(held.map((lock) => lock.name ?? ''));
}

/** Of an export under way; `id` is its folder. */
export const exportLock = (id: string): string => `nibble-exports/${id}`;
/** Of a file that is kept: shared by those who read it, exclusive while it is written or deleted. */
export const keptLock = (name: string): string => `nibble-library/${name}`;
/** Of what was fetched of a repository: shared by those who have it open, exclusive while it is deleted. */
export const hubLock = (repository: string): string => `nibble-hub/${repository}`;
