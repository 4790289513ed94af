// Hosts that docs/deploy.md is about: nginx itself with the documented file, and servers with the rules of others for paths
// and headers, which are emulated: no walk can ask GitHub, Hugging Face or Netlify.
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { findNginx, mimeTypesOf } from '../../scripts/site/nginx.mjs';
import { BUILT, close, listen } from './servers';

const DOCS = join(import.meta.dirname, '../../docs/deploy');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};
type Headers = Readonly<Record<string, string>>;

/** A host of files: it starts and gives the address of the page, and stops. */
export interface Host {
  readonly name: string;
  start(): Promise<string>;
  stop(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const socket = createSocket();
    socket.listen(0, '127.0.0.1', () => {
      const { port } = socket.address() as { port: number };
      socket.close(() => resolve(port));
    });
  });

/** nginx with docs/deploy/nginx.conf as it is, included in a server block that has a port and a root. */
export class Nginx implements Host {
  readonly name = 'nginx';
  readonly #folder: string;
  #process: ChildProcess | undefined;

  /** `folder` is for its files. */
  constructor(folder: string) {
    this.#folder = folder;
  }
  async start(): Promise<string> {
    const nginx = findNginx();
    if (!nginx)
      throw new Error(
        'There is no nginx: /usr/sbin/nginx is missing, and `npm test -- e2e:long` could not fetch it. Set NGINX_PATH.',
      );
    const port = await freePort();
    mkdirSync(join(this.#folder, 'www'), { recursive: true });
    cpSync(BUILT, join(this.#folder, 'www/nibble'), { recursive: true });
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (what) => `${what}_temp_path temporary-${what};`,
    );
    writeFileSync(
      join(this.#folder, 'nginx.conf'),
      `daemon off; master_process off; pid nginx.pid; error_log stderr;
events {}
http {
  include ${mimeTypesOf(nginx)};
  access_log off;
  ${temporary.join(' ')}
  server {
    listen 127.0.0.1:${port};
    root ${join(this.#folder, 'www')};
    include ${join(DOCS, 'nginx.conf')};
  }
}
`,
    );
    const started = spawn(nginx, ['-p', this.#folder, '-c', 'nginx.conf', '-e', 'stderr'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = started;
    let said = '';
    started.stderr.on('data', (text) => {
      said += text;
    });
    const at = `http://127.0.0.1:${port}/nibble/`;
    for (let i = 0; i < 100; i++) {
      if (started.exitCode !== null) break;
      if (
        await fetch(at).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        return at;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`nginx does not serve the page: ${said}`);
  }
  async stop(): Promise<void> {
    const running = this.#process;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill();
    await ended;
  }
}

interface Rules {
  readonly name: string;
  /** Path of the page. */
  readonly at: string;
  /** Headers of an answer by the path below the page's. */
  headersOf(path: string): Headers;
  /** The file of a path that has none; undefined is an answer of 404 without a page. */
  readonly isNotServed?: (path: string) => boolean;
}

/** A server of the build with the rules of a host. */
class Emulated implements Host {
  readonly name: string;
  readonly #rules: Rules;
  #server: Server | undefined;

  constructor(rules: Rules) {
    this.name = `${rules.name} (emulated)`;
    this.#rules = rules;
  }
  async start(): Promise<string> {
    const { at, headersOf, isNotServed = () => false } = this.#rules;
    this.#server = createServer((request, response) => {
      const { pathname } = new URL(request.url!, 'http://x');
      // A folder without its slash is led to the one with it.
      if (`${pathname}/` === at) return void response.writeHead(301, { Location: at }).end();
      const path = pathname.startsWith(at) ? `/${pathname.slice(at.length)}` : undefined;
      if (path === undefined || isNotServed(path) || normalize(path).startsWith('..'))
        return void response.writeHead(404).end();
      const name = path.endsWith('/') ? `${path}index.html` : path;
      return void readFile(join(BUILT, name)).then(
        (bytes) => {
          response.setHeader('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream');
          response.setHeaders(new Map(Object.entries(headersOf(path))));
          response.end(bytes);
        },
        () => response.writeHead(404).end(),
      );
    });
    return `http://127.0.0.1:${await listen(this.#server)}${at}`;
  }
  async stop(): Promise<void> {
    if (this.#server) await close(this.#server);
  }
}

/** GitHub Pages: below the repository's name, ten minutes of cache for every file, and no header of ours. */
export const gitHubPages = (): Host =>
  new Emulated({
    name: 'GitHub Pages',
    at: '/nibble/',
    headersOf: () => ({ 'Cache-Control': 'max-age=600', 'Access-Control-Allow-Origin': '*' }),
  });

/** A static Space: at the root of a host of its own, which a page of Hugging Face shows in a frame. */
export const space = (): Host =>
  new Emulated({ name: 'Hugging Face Spaces', at: '/', headersOf: () => ({ 'Cache-Control': 'no-cache' }) });

/** Headers of a `_headers` file by path, as Netlify applies it: all rules that match, a later one over an earlier one. */
export function headersOfFile(text: string, path: string): Headers {
  const found: Record<string, string> = {};
  let isMatch = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('/')) {
      const rule = line.trim();
      isMatch = rule.endsWith('*') ? path.startsWith(rule.slice(0, -1)) : path === rule;
    } else if (isMatch && line.includes(':')) {
      const at = line.indexOf(':');
      found[line.slice(0, at).trim()] = line.slice(at + 1).trim();
    }
  }
  return found;
}

/** Netlify, with docs/deploy/_headers as it is; the file itself is not served. */
export function netlify(): Host {
  const text = readFileSync(join(DOCS, '_headers'), 'utf8');
  return new Emulated({
    name: 'Netlify',
    at: '/',
    headersOf: (path) => headersOfFile(text, path),
    isNotServed: (path) => path === '/_headers',
  });
}

/** A page of another host that shows one in a frame, with the leaves that Hugging Face gives a Space. */
export class Framing {
  #server: Server | undefined;

  async start(framed: string): Promise<string> {
    const sandbox =
      'allow-downloads allow-forms allow-modals allow-pointer-lock allow-popups allow-popups-to-escape-sandbox allow-same-origin allow-scripts allow-storage-access-by-user-activation';
    this.#server = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(
        `<!doctype html><title>frame</title><iframe src="${framed}" width="1400" height="800" sandbox="${sandbox}"></iframe>`,
      );
    });
    // Another site than 127.0.0.1, as the hub's pages are to a Space.
    return `http://localhost:${await listen(this.#server)}/`;
  }
  async stop(): Promise<void> {
    if (this.#server) await close(this.#server);
  }
}
