import { CancelledError, FileError, type NibbleError, untilCancelled } from '../../util/errors';

/** Options of requests to a hub. Failed requests are repeated; `signal` ends them. */
export interface HttpOptions {
  /** In the place of the global fetch. */
  readonly fetch?: typeof fetch;
  /** Access token for gated models; sent to the hub only, never stored. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Waits between attempts. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Attempts without progress before giving up. */
const MAX_ATTEMPTS = 6;
const MAX_WAIT_MS = 60_000;

const sleepFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The error for an HTTP status; undefined for statuses worth a retry. */
function refusal(status: number, what: string): NibbleError | undefined {
  if (status === 401 || status === 403)
    return new FileError(
      `${what}: the hub answers ${status}: the model is gated or private, or the token does not open it.`,
      'Accept its terms on the hub and give an access token here; it is kept in memory only.',
    );
  if (status === 404 || status === 410)
    return new FileError(
      `${what}: the hub answers ${status}: there is nothing of that name.`,
      'Check the spelling.',
    );
  if (status === 408 || status === 429 || status >= 500) return undefined;
  return new FileError(`${what}: the hub answers ${status}, which was not expected.`, 'Try again later.');
}

/** Retry-After in milliseconds, from seconds or a date. */
function retryAfter(response: Response): number | undefined {
  const text = response.headers.get('retry-after');
  if (!text) return undefined;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_WAIT_MS) : undefined;
}

/** Exponential backoff; throws FileError after MAX_ATTEMPTS. */
class Backoff {
  readonly #what: string;
  readonly #options: HttpOptions;
  #attempt = 0;

  constructor(what: string, options: HttpOptions) {
    this.#what = what;
    this.#options = options;
  }
  /** Resets the attempts: bytes arrived. */
  progress(): void {
    this.#attempt = 0;
  }
  async wait(cause: string, ms?: number): Promise<void> {
    if (this.#options.signal?.aborted) throw new CancelledError();
    if (++this.#attempt >= MAX_ATTEMPTS)
      throw new FileError(
        `${this.#what}: ${cause}, after ${MAX_ATTEMPTS} attempts.`,
        'Check the connection and open the model again; what was read is asked for once more.',
      );
    const { sleep = sleepFor, signal } = this.#options;
    await untilCancelled(sleep(ms ?? Math.min(500 * 2 ** this.#attempt, MAX_WAIT_MS)), signal);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function attempt(url: string, headers: HeadersInit, options: HttpOptions): Promise<Response | string> {
  try {
    const authorization = options.token ? { Authorization: `Bearer ${options.token}` } : {};
    const request = {
      headers: { ...headers, ...authorization },
      ...(options.signal ? { signal: options.signal } : {}),
    };
    return await (options.fetch ?? fetch)(url, request);
  } catch (error) {
    if (options.signal?.aborted) throw new CancelledError();
    return `the connection failed (${messageOf(error)})`;
  }
}

/** Fetches a JSON answer, and the URL of the next page if there is one. Throws FileError, CancelledError. */
export async function getJson(
  url: string,
  what: string,
  options: HttpOptions,
): Promise<{ json: unknown; next: string | undefined }> {
  const backoff = new Backoff(what, options);
  for (;;) {
    const response = await attempt(url, {}, options);
    if (typeof response === 'string') {
      await backoff.wait(response);
      continue;
    }
    if (response.ok) {
      try {
        const link = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
        return { json: await response.json(), next: link && new URL(link, url).href };
      } catch (error) {
        await backoff.wait(`the answer is no JSON (${messageOf(error)})`);
        continue;
      }
    }
    const error = refusal(response.status, what);
    if (error) throw error;
    await backoff.wait(`the hub answers ${response.status}`, retryAfter(response));
  }
}

/**
 * Bytes [start, end) of a remote file of `size` bytes; resumes a broken connection. Throws FileError, CancelledError.
 */
export async function getRange(
  url: string,
  what: string,
  range: { start: number; end: number; size: number },
  options: HttpOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { start, end, size } = range;
  const out = new Uint8Array(end - start);
  const backoff = new Backoff(what, options);
  let at = start;
  while (at < end) {
    const response = await attempt(url, { Range: `bytes=${at}-${end - 1}` }, options);
    if (typeof response === 'string') {
      await backoff.wait(response);
      continue;
    }
    if (!response.ok) {
      const error = refusal(response.status, what);
      if (error) throw error;
      await backoff.wait(`the hub answers ${response.status}`, retryAfter(response));
      continue;
    }
    let skip = startOf(response, what, at, size);
    const before = at;
    let broken = 'the connection ended early';
    try {
      for await (const chunk of chunks(response)) {
        const fresh = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - fresh.length;
        const wanted = fresh.subarray(0, end - at);
        out.set(wanted, at - start);
        at += wanted.length;
        if (at === end) return out;
      }
    } catch (error) {
      if (options.signal?.aborted) throw new CancelledError();
      broken = `the connection broke (${messageOf(error)})`;
    }
    if (at > before) backoff.progress();
    if (at < end) await backoff.wait(broken);
  }
  return out;
}

/** Bytes of the answer before `at`, to be skipped; throws FileError when the answer is another range. */
function startOf(response: Response, what: string, at: number, size: number): number {
  const text = response.headers.get('content-range');
  if (response.status === 200 || !text) {
    // A 206 without the header has it hidden by CORS. A 200 is the whole file: its first bytes are skipped up to a
    // limit.
    if (response.status === 206) return 0;
    if (at <= 64 * 1024 * 1024) return at;
    throw new FileError(
      `${what}: the server sends the whole file, where bytes from ${at} on were asked for.`,
      'It cannot be read in parts. Download the file and drop it.',
    );
  }
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(text);
  const total = match?.[3] === '*' ? size : Number(match?.[3]);
  if (!match || Number(match[1]) !== at || total !== size)
    throw new FileError(
      `${what}: the server answers with "${text}", where bytes from ${at} of ${size} were asked for.`,
      'The file changed, or something between here and the hub is wrong. Open the model again.',
    );
  return 0;
}

async function* chunks(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
