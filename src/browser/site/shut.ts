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
  Object.defineProperty(globalThis, 'fetch', { value: guarded });
  for (const name of ['WebSocket', 'WebSocketStream', 'EventSource', 'WebTransport', 'importScripts'])
    Object.defineProperty(globalThis, name, { value: undefined });
}
