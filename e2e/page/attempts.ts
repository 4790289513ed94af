/** Outcome of trying to reach a foreign origin from a page or a worker. */
export interface Attempts {
  /** Ways that exist there and were tried. */
  readonly tried: string[];
  /** Ways that a policy was seen to refuse. */
  readonly refused: string[];
}

/**
 * Tries every way out that a page or a worker has, each to a path of its own at `origin`. Runs in the browser, whole: it
 * refers to nothing around it.
 */
export async function tryEveryWayOut(origin: string): Promise<Attempts> {
  const scope = globalThis as unknown as {
    document?: Document;
    XMLHttpRequest?: typeof XMLHttpRequest;
    WebSocket?: typeof WebSocket;
    EventSource?: typeof EventSource;
    importScripts?: (url: string) => void;
    registration?: { backgroundFetch?: { fetch?(id: string, urls: string[]): Promise<unknown> } };
    addEventListener: typeof addEventListener;
    removeEventListener: typeof removeEventListener;
  };
  const refused = new Set<string>();
  const note = (event: Pick<SecurityPolicyViolationEvent, 'blockedURI'>) => {
    const path = /:\/\/[^/]+\/(\w+)/.exec(event.blockedURI)?.[1];
    if (path) refused.add(path);
  };
  scope.addEventListener('securitypolicyviolation', note);
  const soon = (start: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      start(() => resolve());
      setTimeout(resolve, 1000);
    });
  const { document } = scope;
  const element = (tag: string, attributes: Record<string, string>) =>
    soon((done) => {
      const made = Object.assign(document!.createElement(tag), attributes);
      made.onload = made.onerror = done;
      document!.body.append(made);
      setTimeout(() => made.remove(), 1000);
    });
  const prototypesOf = (name: string): ((url: string) => unknown) | undefined => {
    for (let at: object | null = Object.getPrototypeOf(globalThis); at; at = Object.getPrototypeOf(at)) {
      const own = Object.getOwnPropertyDescriptor(at, name)?.value as ((url: string) => unknown) | undefined;
      if (own) return own.bind(globalThis);
    }
    return undefined;
  };
  const ways: Record<string, (() => unknown) | undefined | false> = {
    fetch: () => fetch(`${origin}/fetch`),
    // Found again where a service worker hid it.
    hiddenfetch: scope.registration && (() => prototypesOf('fetch')?.(`${origin}/hiddenfetch`)),
    hiddenimport: scope.registration && (() => prototypesOf('importScripts')?.(`${origin}/hiddenimport.js`)),
    cache: async () => (await caches.open('attempt')).add(`${origin}/cache`),
    backgroundfetch:
      scope.registration &&
      (() => scope.registration!.backgroundFetch?.fetch?.('attempt', [`${origin}/backgroundfetch`])),
    xhr:
      scope.XMLHttpRequest &&
      (() =>
        soon((done) => {
          const request = new scope.XMLHttpRequest!();
          request.onloadend = done;
          request.open('GET', `${origin}/xhr`);
          request.send();
        })),
    websocket:
      scope.WebSocket &&
      (() =>
        soon((done) => {
          const socket = new scope.WebSocket!(`${origin.replace('http', 'ws')}/websocket`);
          socket.onopen = socket.onclose = done;
        })),
    eventsource:
      scope.EventSource &&
      (() =>
        soon((done) => {
          const source = new scope.EventSource!(`${origin}/eventsource`);
          source.onerror = () => {
            source.close();
            done();
          };
        })),
    import: () => import(/* @vite-ignore */ `${origin}/import.js`),
    // Module workers have no use of importScripts; one that a page or a worker makes of a text has.
    importscripts: scope.registration
      ? () => scope.importScripts?.(`${origin}/importscripts.js`)
      : () =>
          soon((done) => {
            const code = `addEventListener('securitypolicyviolation', (event) => postMessage(event.blockedURI));
          try { importScripts('${origin}/importscripts.js') } catch {}
          setTimeout(() => postMessage(''), 200)`;
            const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
            worker.onerror = done;
            worker.onmessage = ({ data }) => {
              if (data === '') done();
              else note({ blockedURI: data });
            };
          }),
    beacon: document && (() => navigator.sendBeacon(`${origin}/beacon`, 'x')),
    image: document && (() => element('img', { src: `${origin}/image` })),
    script: document && (() => element('script', { src: `${origin}/script.js` })),
    style: document && (() => element('link', { rel: 'stylesheet', href: `${origin}/style` })),
    // Of a frame the event names the origin alone, and the server tells.
    frame: document && (() => element('iframe', { src: `${origin}/frame` })),
  };
  const tried: string[] = [];
  for (const [name, way] of Object.entries(ways)) {
    if (!way) continue;
    tried.push(name);
    try {
      await way();
    } catch {
      // Refused, or there is no such file: the events and the server tell.
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  scope.removeEventListener('securitypolicyviolation', note);
  return { tried, refused: [...refused] };
}
