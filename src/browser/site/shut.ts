/** Names by which a service worker could reach others, beside fetch. */
const WAYS = ['WebSocket', 'WebSocketStream', 'EventSource', 'WebTransport', 'importScripts'];

/** Puts a value in the place of a name wherever an object has it from: its own, or a prototype's. */
function replace(object: object | undefined, name: string, value: unknown): void {
  for (let at: object | null = object ?? null; at && at !== Object.prototype; at = Object.getPrototypeOf(at))
    if (Object.hasOwn(at, name)) Object.defineProperty(at, name, { value });
}

/**
 * Shuts a service worker to every origin but its own. Its policy is that of its own answer's headers, it cannot start from a
 * blob, and a plain server sends none; so on such a server this stands in for the policy. Requests of pages and workers
 * pass through it only after their own policy let them.
 */
export function shut(): void {
  const real = fetch;
  const guarded: typeof fetch = (input, init) => {
    const { url } = new Request(input, init);
    if (new URL(url).origin !== location.origin)
      return Promise.reject(new TypeError(`${url} is of another origin than the page.`));
    return real(input, init);
  };
  replace(globalThis, 'fetch', guarded);
  for (const name of WAYS) replace(globalThis, name, undefined);
  // Caches and background fetches fetch by themselves, whatever fetch is.
  const { Cache, BackgroundFetchManager } = globalThis as {
    Cache?: Prototyped;
    BackgroundFetchManager?: Prototyped;
  };
  for (const name of ['add', 'addAll']) replace(Cache?.prototype, name, undefined);
  replace(BackgroundFetchManager?.prototype, 'fetch', undefined);
}

interface Prototyped {
  readonly prototype: object;
}
