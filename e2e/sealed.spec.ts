import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { type Attempts, tryEveryWayOut } from './page/attempts';
import { IN_WORKERS, ON_PAGES, Outside } from './page/outside';
import { BUILT, PlainServer } from './page/servers';
import { Studio } from './page';

/** Beside those that a service worker has: what was hidden, looked for again. */
const IN_SERVICE_WORKERS = ['fetch', 'hiddenfetch', 'cache', 'websocket', 'eventsource'];
/** Browsers refuse a service worker these by themselves, or ask the person. */
const REFUSED_ANYWAY = ['import', 'importscripts', 'hiddenimport', 'backgroundfetch'];

const HEADERS = join(import.meta.dirname, '../docs/deploy/_headers');

const outside = new Outside();
const { foreign } = outside;
test.beforeAll(() => outside.start());
test.afterAll(() => outside.stop());

test('on a server that sends no headers, nothing leaves for a foreign origin, from the page or a worker', async () => {
  const server = new PlainServer(BUILT);
  const page = await outside.browser.newPage();
  const studio = await Studio.visit(page, { at: await server.start() });
  for (const visit of ['first', 'second']) {
    await test.step(`the ${visit} visit`, () => outside.isShut(page));
    await studio.reload();
  }
  await page.close();
  await server.stop();
});

test('without the policy in the page each of these ways leads out', async () => {
  const server = new PlainServer(BUILT, '/', (html) => html.replace(/<meta http-equiv[^>]*>/, ''));
  const page = await outside.browser.newPage();
  await Studio.visit(page, { at: await server.start() });
  await page.evaluate(tryEveryWayOut, outside.origin);
  expect(outside.reached()).toEqual([...ON_PAGES].sort());
  foreign.paths.length = 0;
  await page.workers()[0]!.evaluate(tryEveryWayOut, outside.origin);
  expect(outside.reached()).toEqual([...IN_WORKERS].sort());
  foreign.paths.length = 0;
  await page.close();
  await server.stop();
});

/** Attempts of the service worker of a build, and the ways that led out. */
async function fromServiceWorker(
  prepare: (server: PlainServer) => void,
): Promise<Attempts & { out: string[] }> {
  const server = new PlainServer(BUILT);
  prepare(server);
  const context = await outside.browser.newContext();
  const studio = await Studio.visit(await context.newPage(), {
    at: await server.start(),
    serviceWorker: true,
  });
  await studio.site.kept();
  const [worker] = context.serviceWorkers();
  foreign.paths.length = 0;
  const attempts = await worker!.evaluate(tryEveryWayOut, outside.origin);
  const out = outside.reached();
  foreign.paths.length = 0;
  await context.close();
  await server.stop();
  return { ...attempts, out };
}

test('nor from the service worker, which has no policy there; with the header of docs/deploy/_headers the browser refuses, too', async () => {
  const plain = await fromServiceWorker(() => {});
  expect(plain.out).toEqual([]);
  expect(plain.refused).toEqual([]);
  for (const way of ['fetch', 'hiddenfetch', 'cache', ...REFUSED_ANYWAY]) expect(plain.tried).toContain(way);

  // Without what shuts it each of these leads out.
  const open = 'addEventListener("fetch", () => {})';
  const unshut = await fromServiceWorker((server) => server.replaced.set('sw.js', open));
  expect(unshut.out).toEqual([...IN_SERVICE_WORKERS].sort());

  const header = /\/sw\.js\n\s+Content-Security-Policy: (.+)/.exec(readFileSync(HEADERS, 'utf8'))![1]!;
  const held = await fromServiceWorker((server) => {
    server.replaced.set('sw.js', open);
    server.headers.set('sw.js', { 'Content-Security-Policy': header });
  });
  expect(held.out).toEqual([]);
  expect(held.refused).toEqual(expect.arrayContaining(IN_SERVICE_WORKERS));
});

test('a hub that the build does not allow is refused by name, before anything is asked of it', async () => {
  const server = new PlainServer(BUILT);
  const page = await outside.browser.newPage();
  const studio = await Studio.visit(page, { at: await server.start() });
  const hosts = studio.watchHosts();
  await studio.openAddress(`${outside.origin.replace('http:', 'https:')}/org/model`);
  expect(await studio.problem()).toMatch(
    /This page may not connect to https:\/\/elsewhere\.example:\d+: it was built for https:\/\/huggingface\.co.*docs\/deploy\.md/s,
  );
  expect(hosts()).toEqual([]);
  expect(foreign.paths).toEqual([]);
  await page.close();
  await server.stop();
});
