import { openHub } from '../../../files/hub/hub';
import type { Chooser } from '../chooser';
import { joined, jsonText, mutateBytes, mutateJson, type Words } from '../mutate-json';
import { fuzzer, rule } from '../reader';

const FILE = Uint8Array.from({ length: 300 }, (_, i) => (i * 7) & 255);
const words: Words = {
  keys: ['type', 'path', 'size', 'oid', 'lfs'],
  values: [
    'file',
    'directory',
    'm.gguf',
    'a/m.gguf',
    'm-00001-of-00002.gguf',
    'config.json',
    'model.safetensors',
    300,
    0,
  ],
};
const list = JSON.stringify([
  { type: 'file', path: 'm.gguf', size: FILE.length, oid: 'aa11' },
  { type: 'file', path: 'README.md', size: 12, oid: 'bb' },
  { type: 'directory', path: 'sub', size: 0 },
  { type: 'file', path: 'sub/m-Q4_K_M.gguf', size: 300, lfs: { size: FILE.length, oid: 'cc22' } },
]);
const checkpoint = JSON.stringify([
  { type: 'file', path: 'config.json', size: FILE.length, oid: 'aa' },
  { type: 'file', path: 'model.safetensors', size: FILE.length, lfs: { size: FILE.length, oid: 'bb' } },
]);
const ADDRESSES = [
  'o/n',
  'o/n:Q4_K_M',
  'o/n/m.gguf',
  'https://huggingface.co/o/n/tree/main/sub',
  'http://127.0.0.1:8/o/n',
];

/** An answer of the hub. What it says about a body may be wrong; the bytes of a body are those of the file, more or fewer. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The connection breaks at the end of the body. */
  readonly breaks: boolean;
  readonly throws: boolean;
}
interface Session {
  readonly address: string;
  readonly pages: readonly Answer[];
  /** Answers to ranges, in order; when they are used up the hub answers truly. */
  readonly ranges: readonly ((start: number, end: number) => Answer)[];
}

const STATUSES = [200, 200, 200, 206, 204, 301, 304, 400, 401, 403, 404, 408, 410, 416, 418, 429, 500, 503];
const encoder = new TextEncoder();
const answer = (of: Partial<Answer>): Answer => ({
  status: 200,
  headers: {},
  body: new Uint8Array(0),
  breaks: false,
  throws: false,
  ...of,
});

function page(r: Chooser, last: boolean): Answer {
  const seed = r.oneIn(3) ? checkpoint : list;
  const json = r.oneIn(3) ? seed : jsonText(mutateJson(r, JSON.parse(seed), words));
  const next = [
    '</api/models/o/n/tree/main?cursor=1>; rel="next"',
    '<https://elsewhere.example/x>; rel="next"',
    '<::>; rel="next"',
    '<http://[>; rel="next"',
    '<javascript:0>; rel="next"',
    'next',
  ];
  const headers: Record<string, string> = last ? {} : { link: r.oneIn(2) ? next[0]! : r.pick(next) };
  if (r.oneIn(10)) headers['retry-after'] = r.pick(['1', '-1', 'x', '1e99', 'Fri, 31 Dec 1999 23:59:59 GMT']);
  const bytes = encoder.encode(json);
  return answer({
    status: r.oneIn(6) ? r.pick(STATUSES) : 200,
    headers,
    body: r.oneIn(10) ? mutateBytes(r, bytes) : bytes,
    throws: r.oneIn(30),
  });
}

function range(r: Chooser): (start: number, end: number) => Answer {
  const kind = r.below(9);
  const shift = r.pick([0, 1, -1, 100]);
  const total = r.pick(['300', '299', '*', 'x', '1e3', '-1', '']);
  const cut = r.below(300);
  const status = r.pick(STATUSES);
  return (start, end) => {
    const body = FILE.slice(start, end);
    const headers = { 'content-range': `bytes ${start}-${end - 1}/300` };
    // Another range, or another file, than was asked for: its bytes are those of the range that it says.
    if (kind === 0) {
      const from = Math.max(0, start + shift);
      return answer({
        status: 206,
        headers: { 'content-range': `bytes ${from}-${end - 1}/${total}` },
        body: FILE.slice(from, end),
      });
    }
    if (kind === 1) return answer({ status: 200, body: FILE.slice() });
    if (kind === 2)
      return answer(status === 200 ? { status, body: FILE.slice() } : { status, headers, body });
    if (kind === 3) return answer({ status: 206, headers, body: body.slice(0, cut) });
    if (kind === 4) return answer({ status: 206, headers, body: body.slice(0, cut), breaks: true });
    if (kind === 5) return answer({ throws: true });
    if (kind === 6) return answer({ status: 206, body });
    if (kind === 7) return answer({ status: 206, headers, body: joined(body, FILE) });
    return answer({ status: 200, body: FILE.slice(0, cut) });
  };
}

function respond(of: Answer): Response {
  if (of.throws) throw new TypeError('connection refused');
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // In pieces, as networks hand bytes over.
      for (let at = 0; at < of.body.length; at += 90) controller.enqueue(of.body.slice(at, at + 90));
      if (of.breaks) controller.error(new TypeError('connection reset'));
      else controller.close();
    },
  });
  const empty = of.status === 204 || of.status === 304;
  return new Response(empty ? null : body, { status: of.status, headers: of.headers });
}

/** A hub that has the answers of a session; nothing goes over a network. */
function hubOf(session: Session): typeof fetch {
  const pages = [...session.pages];
  const ranges = [...session.ranges];
  return (input, init) => {
    const url = String(input);
    const asked = /bytes=(\d+)-(\d+)/.exec(new Headers(init?.headers).get('range') ?? '');
    if (url.includes('/api/'))
      return Promise.resolve().then(() => respond(pages.shift() ?? answer({ body: encoder.encode('[]') })));
    const [start, end] = asked ? [Number(asked[1]), Number(asked[2]) + 1] : [0, FILE.length];
    const true_ = () =>
      answer({
        status: 206,
        headers: { 'content-range': `bytes ${start}-${end - 1}/300` },
        body: FILE.slice(start, end),
      });
    return Promise.resolve().then(() => respond((ranges.shift() ?? true_)(start, end)));
  };
}

interface Accepted {
  readonly files: readonly {
    readonly name: string;
    readonly sizeBytes: number;
    readonly bytes: Uint8Array;
  }[];
}

export const reader = fuzzer<Session, Accepted>({
  name: 'hub',
  sources: ['src/files/hub/hub.ts', 'src/files/hub/http.ts', 'src/files/hub/address.ts'],
  inputs: 1_000_000,
  make(r) {
    const pages = Array.from({ length: 1 + r.below(3) }, (_, i, all = r.below(3)) => page(r, i >= all));
    const address = r.oneIn(3)
      ? new TextDecoder().decode(mutateBytes(r, encoder.encode(r.pick(ADDRESSES))))
      : r.pick(ADDRESSES);
    return { address, pages, ranges: Array.from({ length: r.below(4) }, () => range(r)) };
  },
  async read(session) {
    const options = { fetch: hubOf(session), sleep: () => Promise.resolve() };
    const { files } = await openHub(session.address, options);
    const read = [];
    for (const file of files.slice(0, 2)) {
      const end = Math.min(file.sizeBytes, FILE.length);
      const start = Math.min(10, end);
      read.push({ name: file.name, sizeBytes: file.sizeBytes, bytes: await file.read(start, end) });
    }
    return { files: read };
  },
  check(_, { files }) {
    rule(files.length > 0, 'there are files');
    for (const { name, sizeBytes, bytes } of files) {
      rule(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0, `${name} has a size`);
      const want = FILE.slice(Math.min(10, sizeBytes), Math.min(sizeBytes, FILE.length));
      rule(Buffer.compare(bytes, want) === 0, `${name} is what the hub holds`);
    }
  },
  show: (session) =>
    jsonText({
      ...session,
      pages: session.pages.map((p) => ({ ...p, body: new TextDecoder().decode(p.body) })),
      ranges: session.ranges.map((f) => f(10, 300)),
    }),
});
