// The ways out of the page, tried in a browser that knows a foreign server by a name that no policy allows.
import { type Browser, chromium, expect, type Page, test } from '@playwright/test';
import { type Attempts, tryEveryWayOut } from './attempts';
import { ForeignServer } from './servers';

export const IN_WORKERS = ['fetch', 'cache', 'xhr', 'websocket', 'eventsource', 'import', 'importscripts'];
export const ON_PAGES = [...IN_WORKERS, 'beacon', 'image', 'script', 'style', 'frame'];

/** A browser of its own with a foreign server beside it. */
export class Outside {
  readonly foreign = new ForeignServer();
  browser!: Browser;
  origin = '';

  async start(): Promise<void> {
    const port = await this.foreign.start();
    // Loopback is in the policy, for hubs of the same machine; a name that leads there is not.
    this.origin = `http://elsewhere.example:${port}`;
    const { launchOptions } = test.info().project.use;
    const rule = '--host-resolver-rules=MAP elsewhere.example 127.0.0.1';
    this.browser = await chromium.launch({
      ...launchOptions,
      args: [...(launchOptions?.args ?? []), rule],
    });
  }
  async stop(): Promise<void> {
    await this.browser.close();
    await this.foreign.stop();
  }
  /** The attempts of the page and of each of its workers. */
  async attemptsOf(page: Page): Promise<[page: Attempts, ...workers: Attempts[]]> {
    const workers = page.workers().map((worker) => worker.evaluate(tryEveryWayOut, this.origin));
    return [await page.evaluate(tryEveryWayOut, this.origin), ...(await Promise.all(workers))];
  }
  /** Ways by which the foreign server was reached. */
  reached(): string[] {
    return [...new Set(this.foreign.paths.map((path) => path.replace(/\W|js$/g, '')))].sort();
  }
  /** Tries every way and finds each of them refused, on the page and in its workers. */
  async isShut(page: Page): Promise<void> {
    const [onPage, ...inWorkers] = await this.attemptsOf(page);
    expect(onPage.tried.sort()).toEqual([...ON_PAGES].sort());
    expect(onPage.refused.sort()).toEqual(ON_PAGES.filter((way) => way !== 'frame').sort());
    expect(inWorkers.length).toBeGreaterThan(0);
    for (const inWorker of inWorkers) {
      expect(inWorker.tried.sort()).toEqual([...IN_WORKERS].sort());
      expect(inWorker.refused.sort()).toEqual([...IN_WORKERS].sort());
    }
    expect(this.reached()).toEqual([]);
  }
}
