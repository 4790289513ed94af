const JOB = 'nibble-studio job';

// Absent on Node, where the store is tested, and in pages that no browser takes for safe; such pages have no service worker.
const locks = (): LockManager | undefined => globalThis.navigator?.locks;

/** Does work under a lock that any number of jobs hold together, in this tab and in others. */
export async function whileJob<T>(work: () => Promise<T>): Promise<T> {
  let isBegun = false;
  const begin = () => {
    isBegun = true;
    return work();
  };
  try {
    return await (locks()?.request(JOB, { mode: 'shared' }, begin) ?? begin());
  } catch (error) {
    if (isBegun) throw error;
    // Denied with all storage, as in a frame of another site: no other tab can be told, and the work is done all the same.
    return begin();
  }
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
