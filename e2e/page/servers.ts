// Servers of a walk's own: a plain one for a build, which sends no header but the content type, and a foreign one that
// counts what reaches it.
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

/** The build for tests, which the walks' own server has, too. */
export const BUILT = join(import.meta.dirname, '../../dist-test');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Starts a server on a port of 127.0.0.1, and gives the port. */
export const listen = (server: Server, port = 0): Promise<number> =>
  new Promise((resolve) =>
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
/** Stops a server, whatever it is busy with. */
export const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Serves a folder below a path, as the plainest host does. */
export class PlainServer {
  /** The build that it serves; a walk may put another in its place. */
  folder: string;
  /** Headers of one file, by its name. */
  readonly headers = new Map<string, Record<string, string>>();
  /** Files that stand in the place of the build's, by name. */
  readonly replaced = new Map<string, string>();
  readonly #path: string;
  readonly #change: (html: string) => string;
  #server: Server | undefined;
  #port = 0;

  /** `change` rewrites pages on their way out. */
  constructor(folder: string, path = '/', change = (html: string) => html) {
    this.folder = folder;
    this.#path = path;
    this.#change = change;
  }
  /** Starts, again on the port that it had before; gives the address of the page. */
  async start(): Promise<string> {
    this.#server = createServer((request, response) => {
      const { pathname } = new URL(request.url!, 'http://x');
      const inside = pathname.startsWith(this.#path) ? pathname.slice(this.#path.length) : undefined;
      const name = inside === '' ? 'index.html' : inside;
      if (name === undefined || normalize(name).startsWith('..')) return void response.writeHead(404).end();
      const instead = this.replaced.get(name);
      const content =
        instead === undefined ? readFile(join(this.folder, name)) : Promise.resolve(Buffer.from(instead));
      return void content.then(
        (bytes) => {
          response.setHeader('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream');
          response.setHeaders(new Map(Object.entries(this.headers.get(name) ?? {})));
          response.end(extname(name) === '.html' ? this.#change(bytes.toString()) : bytes);
        },
        () => response.writeHead(404).end(),
      );
    });
    this.#port = await listen(this.#server, this.#port);
    return `http://127.0.0.1:${this.#port}${this.#path}`;
  }
  async stop(): Promise<void> {
    if (this.#server) await close(this.#server);
    this.#server = undefined;
  }
}

/** A server that nobody should speak to. It answers whatever comes, and takes down the paths. */
export class ForeignServer {
  readonly paths: string[] = [];
  readonly #server = createServer((request, response) => {
    this.paths.push(request.url!);
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Content-Type', request.url!.endsWith('.js') ? 'text/javascript' : 'text/plain');
    response.end();
  }).on('upgrade', (request, socket) => {
    this.paths.push(request.url!);
    socket.destroy();
  });

  start(): Promise<number> {
    return listen(this.#server);
  }
  stop(): Promise<void> {
    return close(this.#server);
  }
}

/** A server that takes every request and answers none. */
export class SilentServer {
  readonly #server = createServer(() => {});

  async start(): Promise<string> {
    return `http://127.0.0.1:${await listen(this.#server)}`;
  }
  stop(): Promise<void> {
    return close(this.#server);
  }
}
