// The page's side of its service worker: keeping the site, and moving to a new version when the person says so.
import { withoutJobs } from './job-lock';
import { pageLock, TAKE, TIDY } from './messages';

/** The site, as this tab stands to it. */
export interface Site {
  /** The page opens without its server. */
  readonly kept: boolean;
  /** A newer version than this page is there. `refused` by a job, in this tab or another, when it was last asked for. */
  readonly newVersion: 'none' | 'waits' | 'refused';
}

const HOUR_MS = 3_600_000;
const ENDLESS = new Promise<never>(() => {});

/**
 * Registers the service worker, and tells of it from then on. Does nothing where there are none: without https, and in
 * private windows of some browsers.
 *
 * @param entry - Address of the page's entry script, which tells its version.
 */
export async function keepSite(entry: string, tell: (change: Partial<Site>) => void): Promise<void> {
  const container = globalThis.navigator?.serviceWorker;
  if (!container) return;
  void navigator.locks.request(pageLock(entry), { mode: 'shared' }, () => ENDLESS).catch(() => {});
  // A new version that another tab let in; the first takes over pages that had none.
  const isControlled = container.controller !== null;
  container.addEventListener('controllerchange', () => {
    if (isControlled) tell({ newVersion: 'waits' });
  });
  const registration = await container.register('./sw.js', { updateViaCache: 'none' });
  const watch = (worker: ServiceWorker | null) =>
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed' && registration.active) tell({ newVersion: 'waits' });
    });
  registration.addEventListener('updatefound', () => watch(registration.installing));
  watch(registration.installing);
  if (registration.waiting && registration.active) tell({ newVersion: 'waits' });
  const { active } = await container.ready;
  active?.postMessage(TIDY);
  tell({ kept: true });
  lookNowAndThen(registration);
}

/** A tab that is open for days looks for a new version when it is looked at, at most every hour. */
function lookNowAndThen(registration: ServiceWorkerRegistration): void {
  let lookedMs = performance.now();
  addEventListener('focus', () => {
    if (performance.now() - lookedMs < HOUR_MS) return;
    lookedMs = performance.now();
    void registration.update().catch(() => {});
  });
}

/**
 * Lets the new version in and then loads the page anew by `reload`, unless a job runs in any tab: then resolves to false.
 * Other tabs stay as they are.
 */
export const takeNewVersion = (reload: () => void): Promise<boolean> =>
  withoutJobs(async () => {
    const container = navigator.serviceWorker;
    const waiting = (await container.getRegistration())?.waiting;
    if (waiting) {
      const changed = new Promise((resolve) =>
        container.addEventListener('controllerchange', resolve, { once: true }),
      );
      waiting.postMessage(TAKE);
      await changed;
    }
    reload();
    // Until this page is gone, no job begins.
    await ENDLESS;
  });
