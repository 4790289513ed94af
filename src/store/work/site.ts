import { keepSite, takeNewVersion } from '../../browser/site/versions';
import { get, set } from './job';

/** Keeps the page in the browser, for visits without its server. `entry` is the address of the page's entry script. */
export async function keep(entry: string): Promise<void> {
  await keepSite(entry, (change) => set({ site: { ...get().site, ...change } }));
}

/** Moves to the new version by loading the page anew, unless a job runs in any tab. */
export async function reloadToNewVersion(): Promise<void> {
  if (!(await takeNewVersion(() => location.reload())))
    set({ site: { ...get().site, newVersion: 'refused' } });
}
