import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NamedBytes } from './safetensors-file';

/** A fault of one answer; each is used up once. */
export type Trouble =
  | { kind: 'status'; status: number; retryAfter?: string }
  /** An answer of this status that does not end. */
  | { kind: 'endless status'; status: number }
  /** Nothing comes after this many bytes, and the connection stays. */
  | { kind: 'stall'; after: number }
  /** The connection breaks after this many bytes. */
  | { kind: 'break'; after: number }
  /** The answer is another range. */
  | { kind: 'wrong range' }
  /** A range request is answered with the whole file. */
  | { kind: 'whole' };

/** A hub's HTTP interface: paged file lists, and files in ranges after a redirect. */
export class FakeHub {
  readonly #files = new Map<string, NamedBytes[]>();
  /** Access tokens by repository. */
  readonly gated = new Map<string, string>();
  /** Faults of the next file requests, in order. */
  troubles: Trouble[] = [];
  /** "METHOD path range" of each request. */
  readonly log: string[] = [];
  pageSize = 1000;
  readonly #open = new Set<ServerResponse>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }
  /** Connections on which an answer is under way. */
  get openConnections(): number {
    return this.#open.size;
  }
  add(repository: string, files: readonly NamedBytes[]): void {
    this.#files.set(repository, [...files]);
  }
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://hub');
    this.#open.add(response);
    response.on('close', () => this.#open.delete(response));
    this.log.push(`${url.pathname} ${request.headers.range ?? ''}`.trim());
    const end = (status: number, headers: Record<string, string> = {}, body: string | Uint8Array = '') => {
      response.writeHead(status, headers);
      response.end(body);
    };
    if (url.pathname === '/api/models') {
      const words = url.searchParams.get('search')?.toLowerCase() ?? '';
      const found = [...this.#files.keys()].filter((id) => id.toLowerCase().includes(words));
      const entries = found.map((id) => ({
        id,
        downloads: 12_345,
        gated: this.gated.has(id) && 'manual',
        tags: ['gguf'],
      }));
      end(200, { 'Content-Type': 'application/json' }, JSON.stringify(entries));
      return;
    }
    const list = /^\/api\/models\/([^/]+\/[^/]+)\/tree\/main$/.exec(url.pathname);
    const file = /^\/([^/]+\/[^/]+)\/resolve\/main\/(.+)$/.exec(url.pathname);
    const blob = /^\/cdn\/([^/]+\/[^/]+)\/(.+)$/.exec(url.pathname);
    const repository = (list ?? file ?? blob)?.[1] ?? '';
    const files = this.#files.get(repository);
    if (!files) {
      end(404);
      return;
    }
    const token = this.gated.get(repository);
    if (token && !blob && request.headers.authorization !== `Bearer ${token}`) {
      end(401);
      return;
    }
    if (list) {
      const from = Number(url.searchParams.get('cursor') ?? 0);
      const page = files.slice(from, from + this.pageSize);
      const more = from + this.pageSize < files.length;
      const next = `<${url.pathname}?recursive=true&cursor=${from + this.pageSize}>; rel="next"`;
      const entries = page.map((f) => ({ type: 'file', path: f.path, size: f.bytes.length }));
      end(200, more ? { Link: next } : {}, JSON.stringify(entries));
      return;
    }
    const name = decodeURIComponent((file ?? blob)![2]!);
    const bytes = files.find((f) => f.path === name)?.bytes;
    if (!bytes) {
      end(404);
      return;
    }
    if (file) {
      end(302, { Location: `/cdn/${repository}/${file[2]}` });
      return;
    }
    this.#sendRange(request, response, bytes, end);
  }

  #sendRange(
    request: IncomingMessage,
    response: ServerResponse,
    bytes: Uint8Array,
    end: (status: number, headers?: Record<string, string>, body?: string | Uint8Array) => void,
  ): void {
    const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const trouble = this.troubles.shift();
    if (trouble?.kind === 'status') {
      end(trouble.status, trouble.retryAfter ? { 'Retry-After': trouble.retryAfter } : {});
      return;
    }
    if (trouble?.kind === 'endless status') {
      response.writeHead(trouble.status);
      response.write('<html>');
      return;
    }
    if (!match || trouble?.kind === 'whole') {
      end(200, { 'Content-Length': `${bytes.length}` }, bytes);
      return;
    }
    const [from, to] = [Number(match[1]), Math.min(Number(match[2]) + 1, bytes.length)];
    const shift = trouble?.kind === 'wrong range' ? 1 : 0;
    const part = bytes.subarray(from, to);
    response.writeHead(206, {
      'Content-Range': `bytes ${from + shift}-${to - 1}/${bytes.length}`,
      'Content-Length': `${part.length}`,
    });
    if (trouble?.kind === 'stall') response.write(part.subarray(0, trouble.after));
    else if (trouble?.kind !== 'break') response.end(part);
    else response.write(part.subarray(0, trouble.after), () => response.destroy());
  }
}
