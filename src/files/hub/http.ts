import { CancelledError, FileError, NibbleError, untilCancelled } from '../../util/errors';

/** Options of requests to a hub. Failed requests are repeated; `signal` ends them. */
export interface HttpOptions {
  /** In the place of the global fetch. */
  readonly fetch?: typeof fetch;
  /** Access token for gated models; sent to the hub only, never stored. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Waits between attempts. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** An answer of which nothing comes for so long counts as broken; 60,000 when it is left out. */
  readonly stallMs?: number;
  /** A connection that fails is told at once, for a person who waits and can ask again; other failures are repeated. */
  readonly impatient?: boolean;
}

/** Attempts without progress before giving up. */
const MAX_ATTEMPTS = 6;
const MAX_WAIT_MS = 60_000;
const STALL_MS = 60_000;

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
  async wait({ cause, waitMs: ms, isUnreached }: Broken): Promise<void> {
    if (this.#options.signal?.aborted) throw new CancelledError();
    if (isUnreached && this.#options.impatient)
      throw new FileError(`${this.#what}: ${cause}.`, 'Check the connection, then ask again.');
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

/**
 * One request, whose connection is let go of when `use` ends, however it ends: an answer that nobody reads any more, or of
 * which nothing comes, would go on behind its caller, and browsers open few to one host. Resolves to what `use` does, or to
 * what broke. Throws CancelledError, and what `use` throws of this project.
 */
async function attempt<T>(
  url: string,
  headers: HeadersInit,
  options: HttpOptions,
  use: (response: Response, alive: () => void) => Promise<T>,
): Promise<T | Broken> {
  const { token, signal, stallMs = STALL_MS } = options;
  if (signal?.aborted) throw new CancelledError();
  const request = new AbortController();
  const stop = () => request.abort();
  signal?.addEventListener('abort', stop, { once: true });
  let stalled = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      stalled = true;
      stop();
    }, stallMs);
  };
  let answered = false;
  try {
    alive();
    const authorization = token ? { Authorization: `Bearer ${token}` } : {};
    const response = await (options.fetch ?? fetch)(url, {
      headers: { ...headers, ...authorization },
      signal: request.signal,
    });
    answered = true;
    return await use(response, alive);
  } catch (error) {
    if (error instanceof NibbleError) throw error;
    if (signal?.aborted) throw new CancelledError();
    if (stalled) return new Broken(`nothing came for ${stallMs / 1000} s`);
    return new Broken(
      `the connection ${answered ? 'broke' : 'failed'} (${messageOf(error)})`,
      undefined,
      !answered,
    );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    request.abort();
  }
}

/** Cause of an attempt that is worth another, and the time to wait before if the hub said one. */
class Broken {
  readonly cause: string;
  readonly waitMs: number | undefined;
  /** Nobody answered. */
  readonly isUnreached: boolean;
  constructor(cause: string, waitMs?: number, isUnreached = false) {
    this.cause = cause;
    this.waitMs = waitMs;
    this.isUnreached = isUnreached;
  }
}

/** Throws for a status that is final; undefined for a good one. */
function brokenBy(response: Response, what: string): Broken | undefined {
  if (response.ok) return undefined;
  const error = refusal(response.status, what);
  if (error) throw error;
  return new Broken(`the hub answers ${response.status}`, retryAfter(response));
}

/** Fetches a JSON answer, and the URL of the next page if there is one. Throws FileError, CancelledError. */
export async function getJson(
  url: string,
  what: string,
  options: HttpOptions,
): Promise<{ json: unknown; next: string | undefined }> {
  const backoff = new Backoff(what, options);
  for (;;) {
    const answer = await attempt(url, {}, options, async (response) => {
      const broken = brokenBy(response, what);
      if (broken) return broken;
      const link = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
      try {
        const json: unknown = await response.json();
        return { json, next: link && new URL(link, url).href };
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        return new Broken(`the answer is no JSON (${messageOf(error)})`);
      }
    });
    if (!(answer instanceof Broken)) return answer;
    await backoff.wait(answer);
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
    const before = at;
    const answer = await attempt(
      url,
      { Range: `bytes=${at}-${end - 1}` },
      options,
      async (response, alive) => {
        const broken = brokenBy(response, what);
        if (broken) return broken;
        let skip = startOf(response, what, at, size);
        for await (const chunk of chunks(response, alive)) {
          const fresh = chunk.subarray(Math.min(skip, chunk.length));
          skip -= chunk.length - fresh.length;
          const wanted = fresh.subarray(0, end - at);
          out.set(wanted, at - start);
          at += wanted.length;
          if (at === end) return undefined;
        }
        return new Broken('the connection ended early');
      },
    );
    if (at > before) backoff.progress();
    if (answer && at < end) await backoff.wait(answer);
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

/** The bytes of an answer as they come; `alive` is told of each. */
async function* chunks(response: Response, alive: () => void): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      yield value;
    }
  } finally {
    // Not waited for: the request is aborted next, and a body that hangs could hold this up.
    void reader.cancel().catch(() => {});
  }
}
