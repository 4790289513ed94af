// The service worker of the built page: what a visit needs is kept on the first and answers from then on, so that the page
// opens with its server gone. scripts/site/service-worker.ts builds it, with the list of files in FILES.
import { PrecacheController } from 'workbox-precaching';
import { pageOf, TAKE, TIDY } from './messages';
import { shut } from './shut';

/** Files of the build by address, with the revision of those that have no hash in their name. */
declare const FILES: readonly { readonly url: string; readonly revision: string | null }[];

// The compiler's library of pages has none of these, and that of workers cannot be had beside it.
interface Lasting extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Telling extends Lasting {
  readonly data: unknown;
}
interface ServiceWorkerScope {
  readonly clients: {
    claim(): Promise<void>;
    matchAll(which: {
      type: 'window';
      includeUncontrolled: boolean;
    }): Promise<readonly { readonly url: string }[]>;
  };
  readonly registration: ServiceWorkerRegistration;
  skipWaiting(): Promise<void>;
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void;
  addEventListener(type: 'message', listener: (event: Telling) => void): void;
  addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void;
}
const scope = self as unknown as ServiceWorkerScope;

shut();
/** Address of the page, and the beginning of those of its files. */
const base = new URL('./', location.href).href;
const kept = new PrecacheController();
type WorkboxEvent = Parameters<typeof kept.install>[0];
kept.addToCacheList([...FILES]);

const isPage = (url: string): boolean => {
  const { origin, pathname } = new URL(url);
  return [base, `${base}index.html`].includes(origin + pathname);
};

/** Key of the kept answer to a request; undefined for all that is the network's. */
function keyOf(request: Request): string | undefined {
  // A range of a kept file would be answered with the whole of it.
  if (request.method !== 'GET' || request.headers.has('range') || !request.url.startsWith(base)) return;
  if (request.mode === 'navigate' && isPage(request.url)) return kept.getCacheKeyForURL(base);
  const { origin, pathname, search } = new URL(request.url);
  const address = origin + pathname;
  if (search !== '') return;
  // A hashed file that this version does not have is one of an older page that is still open.
  return kept.getCacheKeyForURL(address) ?? (address.startsWith(`${base}assets/`) ? address : undefined);
}

async function answer(key: string, request: Request): Promise<Response> {
  const cache = await caches.open(kept.strategy.cacheName);
  return (await cache.match(key, { ignoreVary: true })) ?? fetch(request);
}

/**
 * Drops files that no open page needs: only while every page is of this version and no newer one is being kept. A page says
 * which version it is by a lock for as long as it lives.
 */
async function tidy(event: Lasting): Promise<void> {
  const { installing, waiting } = scope.registration;
  if (installing || waiting) return;
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const pages = windows.filter(({ url }) => isPage(url));
  const { held = [] } = await navigator.locks.query();
  const current = held.filter(({ name }) => {
    const entry = pageOf(name ?? '');
    return entry !== undefined && kept.getCacheKeyForURL(entry) !== undefined;
  });
  if (current.length >= pages.length) await kept.activate(event as WorkboxEvent);
}

scope.addEventListener('install', (event) => void kept.install(event as WorkboxEvent));
scope.addEventListener('activate', (event) => event.waitUntil(tidy(event).then(() => scope.clients.claim())));
scope.addEventListener('fetch', (event) => {
  const key = keyOf(event.request);
  if (key !== undefined) event.respondWith(answer(key, event.request));
});
scope.addEventListener('message', (event) => {
  if (event.data === TAKE) event.waitUntil(scope.skipWaiting());
  if (event.data === TIDY) event.waitUntil(tidy(event));
});
