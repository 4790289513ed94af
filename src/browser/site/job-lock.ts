const JOB = 'nibble-studio job';

// Absent on Node, where the store is tested, and in pages that no browser takes for safe; such pages have no service worker.
const locks = (): LockManager | undefined => globalThis.navigator?.locks;

/** Does work under a lock that any number of jobs hold together, in this tab and in others. */
export function whileJob<T>(work: () => Promise<T>): Promise<T> {
  const manager = locks();
  return manager ? manager.request(JOB, { mode: 'shared' }, work) : work();
}

/** Does work while no job runs in any tab; none begins before its end. Resolves to false, at once, where a job runs. */
export async function withoutJobs(work: () => Promise<void>): Promise<boolean> {
  const manager = locks();
  if (!manager) return false;
  return manager.request(JOB, { mode: 'exclusive', ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    await work();
    return true;
  });
}
