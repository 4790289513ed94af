import { type Browser, chromium, expect, type Page, test } from '@playwright/test';
import { type Attempts, tryEveryWayOut } from './page/attempts';
import { BUILT, ForeignServer, PlainServer } from './page/servers';
import { Studio } from './page';

const IN_WORKERS = ['fetch', 'xhr', 'websocket', 'eventsource', 'import', 'importscripts'];
const ON_PAGES = [...IN_WORKERS, 'beacon', 'image', 'script', 'style', 'frame'];

const foreign = new ForeignServer();
let browser: Browser;
let origin = '';
test.beforeAll(async () => {
  const port = await foreign.start();
  // Loopback is in the policy, for hubs of the same machine; a name that leads there is not.
  origin = `http://elsewhere.example:${port}`;
  const { launchOptions } = test.info().project.use;
  const rule = '--host-resolver-rules=MAP elsewhere.example 127.0.0.1';
  browser = await chromium.launch({ ...launchOptions, args: [...(launchOptions?.args ?? []), rule] });
});
test.afterAll(async () => {
  await browser.close();
  await foreign.stop();
});

/** The attempts of the page and of each of its workers. */
async function attemptsOf(page: Page): Promise<[page: Attempts, ...workers: Attempts[]]> {
  const workers = page.workers().map((worker) => worker.evaluate(tryEveryWayOut, origin));
  return [await page.evaluate(tryEveryWayOut, origin), ...(await Promise.all(workers))];
}
/** Ways by which the foreign server was reached. */
const reached = (): string[] => [...new Set(foreign.paths.map((path) => path.replace(/\W|js$/g, '')))].sort();

test('on a server that sends no headers, nothing leaves for a foreign origin, from the page or a worker', async () => {
  const server = new PlainServer(BUILT);
  const page = await browser.newPage();
  const studio = await Studio.visit(page, { at: await server.start() });
  for (const visit of ['first', 'second']) {
    const [onPage, ...inWorkers] = await attemptsOf(page);
    expect(onPage.tried.sort()).toEqual([...ON_PAGES].sort());
    expect(onPage.refused.sort()).toEqual(ON_PAGES.filter((way) => way !== 'frame').sort());
    expect(inWorkers.length).toBeGreaterThan(0);
    for (const inWorker of inWorkers) {
      expect(inWorker.tried.sort()).toEqual([...IN_WORKERS].sort());
      expect(inWorker.refused.sort()).toEqual([...IN_WORKERS].sort());
    }
    expect(reached(), `the ${visit} visit`).toEqual([]);
    await studio.reload();
  }
  await page.close();
  await server.stop();
});

test('without the policy in the page each of these ways leads out', async () => {
  const server = new PlainServer(BUILT, '/', (html) => html.replace(/<meta http-equiv[^>]*>/, ''));
  const page = await browser.newPage();
  await Studio.visit(page, { at: await server.start() });
  await page.evaluate(tryEveryWayOut, origin);
  expect(reached()).toEqual([...ON_PAGES].sort());
  foreign.paths.length = 0;
  await page.workers()[0]!.evaluate(tryEveryWayOut, origin);
  expect(reached()).toEqual([...IN_WORKERS].sort());
  foreign.paths.length = 0;
  await page.close();
  await server.stop();
});
