import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { tinyGguf } from '../../../bench/models/tiny-llama';
import { memorySource } from '../../files/byte-source';
import { arrayValue, type Metadata, stringValue } from '../../files/gguf/metadata';
import { readGguf } from '../../files/gguf/read';
import { nodeTextSandbox } from '../../node/text-sandbox';
import { openModel } from '../../pipeline/open';
import { checkpointFiles } from '../../testing/checkpoints';
import { BudgetError, CancelledError, UnsupportedError } from '../../util/errors';
import { ModelText } from '../model-text';
import type { FromText, ToText } from './protocol';
import { TextSandbox } from './sandbox';

/** Sandbox over workers that answer as `answer` says; what was started, told and ended is noted. */
function fake(answer: (message: ToText) => FromText[]) {
  const log: string[] = [];
  const ports: { died(cause: string): void }[] = [];
  const sandbox = new TextSandbox((on) => {
    const number = ports.push(on);
    log.push(`start ${number}`);
    return {
      post(message) {
        log.push(message.call);
        for (const back of answer(message)) queueMicrotask(() => on.message(back));
      },
      end: () => void log.push(`end ${number}`),
    };
  });
  return { sandbox, log, ports };
}
const limits = { what: 'The template of m', hint: 'Do this.' };
const encode = ['encode', [1, 'a', { addBos: true }]] as const;
const args = (): [number, string, { addBos: boolean }] => [1, 'a', { addBos: true }];

describe('the sandbox', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  test('ends a worker over its budget, says so, and goes on with another', async () => {
    vi.useFakeTimers();
    let slow = true;
    const { sandbox, log } = fake(({ id }) => (slow ? [] : [{ id, result: [7] }]));
    const first = sandbox.run(encode[0], args(), { ...limits, budgetMs: 2000 });
    const failed = first.catch((e: unknown) => e);
    await vi.advanceTimersByTimeAsync(1999);
    expect(log).toEqual(['start 1', 'encode']);
    await vi.advanceTimersByTimeAsync(1);
    expect(await failed).toBeInstanceOf(BudgetError);
    expect(await failed).toMatchObject({
      message: 'The template of m took longer than 2 s, and was ended.',
      hint: 'Do this.',
    });
    slow = false;
    expect(await sandbox.run(encode[0], args(), limits)).toEqual([7]);
    expect(log).toEqual(['start 1', 'encode', 'end 1', 'start 2', 'encode']);
  });
  test('a stop ends it within a quarter of a second, and those that wait at once', async () => {
    vi.useFakeTimers();
    const { sandbox, log } = fake(() => []);
    const stop = new AbortController();
    const running = sandbox
      .run(encode[0], args(), { ...limits, signal: stop.signal })
      .catch((e: unknown) => e);
    const waiting = sandbox
      .run(encode[0], args(), { ...limits, signal: stop.signal })
      .catch((e: unknown) => e);
    await vi.advanceTimersByTimeAsync(10);
    stop.abort();
    expect(await waiting).toBeInstanceOf(CancelledError);
    await vi.advanceTimersByTimeAsync(250);
    expect(await running).toBeInstanceOf(CancelledError);
    expect(log).toEqual(['start 1', 'encode', 'end 1']);
  });
  test('a worker that answers a stop stays', async () => {
    const stop = new AbortController();
    const { sandbox, log } = fake(({ id }) => {
      stop.abort();
      return [{ id, result: [] }];
    });
    const run = sandbox.run(encode[0], args(), { ...limits, signal: stop.signal });
    await expect(run).rejects.toBeInstanceOf(CancelledError);
    expect(log).toEqual(['start 1', 'encode']);
  });
  test('a worker that dies is told with its cause, and replaced with its vocabulary', async () => {
    let dies = false;
    const { sandbox, log, ports } = fake(({ id, call }) => {
      if (dies && call === 'encode') ports.at(-1)!.died('out of memory');
      return [{ id, result: [] }];
    });
    const vocabulary = { key: 1, load: () => ['m', new Map()] as const };
    const run = () => sandbox.run(encode[0], args(), { ...limits, vocabulary });
    await run();
    await run();
    dies = true;
    await expect(run()).rejects.toThrow(/The template of m ended its worker: out of memory/);
    dies = false;
    await run();
    const calls = ['start 1', 'load', 'encode', 'encode', 'encode', 'end 1', 'start 2', 'load', 'encode'];
    expect(log).toEqual(calls);
  });
  test('where no worker can be started, that is said, and nothing runs elsewhere', async () => {
    const sandbox = new TextSandbox(() => {
      throw new Error('refused by a policy');
    });
    const error = await sandbox.run(encode[0], args(), limits).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(String(error)).toMatch(/No worker can be started .*: refused by a policy/);
  });
});

describe('in a thread of Node', () => {
  const sandbox = nodeTextSandbox();
  afterAll(() => sandbox.dispose());
  const tiny = async (template: string): Promise<ModelText> => {
    const { metadata } = await readGguf(memorySource('tiny.gguf', tinyGguf()));
    const own: Metadata = new Map([...metadata, ['tokenizer.chat_template', stringValue(template)]]);
    return new ModelText('tiny.gguf', own, sandbox);
  };
  const PLAIN = '{% for m in messages %}{{ m.content }}{% endfor %}';
  const turn = [{ role: 'user', content: 'ab' }] as const;
  /** Stops after so many milliseconds; resolves to how long it took to end, and to the error. */
  const stopped = async (run: (signal: AbortSignal) => Promise<unknown>, afterMs: number) => {
    const stop = new AbortController();
    const ended = run(stop.signal).catch((e: unknown) => e);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const at = performance.now();
    stop.abort();
    return { error: await ended, elapsedMs: performance.now() - at };
  };

  const hostile = [
    ['a loop', '{% for i in range(1000000000) %}x{% endfor %}'],
    ['nested loops', '{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}'],
    [
      'a string that doubles',
      '{% set n = namespace(s="a") %}{% for i in range(99999999) %}{% set n.s = (n.s ~ n.s)[:9999999] %}{% endfor %}',
    ],
    ['a macro that calls itself', '{% macro f(n) %}{{ f(n + 1) }}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}'],
  ] as const;
  test.each(hostile)(
    '%s in a template ends with a stop, or with an error of its own',
    async (_, template) => {
      const text = await tiny(template);
      await (await tiny(PLAIN)).chat(turn);
      const { error, elapsedMs } = await stopped((signal) => text.chat(turn, { signal }), 500);
      expect(error).toBeInstanceOf(Error);
      expect(elapsedMs).toBeLessThan(1000);
      // The next conversation is answered by another thread.
      expect((await (await tiny(PLAIN)).chat(turn)).text).toBe('ab');
    },
  );
  test('an expression of a tokenizer.json that backtracks is given up on, and the person asked', async () => {
    const files = checkpointFiles('llama', 'tiny').map((f) => {
      if (!f.path.endsWith('tokenizer.json')) return memorySource(f.path, f.bytes);
      const json = JSON.parse(new TextDecoder().decode(f.bytes)) as Record<string, unknown>;
      const slow = {
        type: 'Split',
        pattern: { Regex: '([^~]|[^~][^~])+~~' },
        behavior: 'Isolated',
        invert: false,
      };
      return memorySource(f.path, new TextEncoder().encode(JSON.stringify({ ...json, pre_tokenizer: slow })));
    });
    const open = (signal: AbortSignal) => openModel(files, 'tiny', {}, { sandbox, signal });
    const { error, elapsedMs } = await stopped(open, 3000);
    expect(error).toBeInstanceOf(CancelledError);
    expect(elapsedMs).toBeLessThan(1000);
  });
  test('a vocabulary of its own is loaded with the first text', async () => {
    const metadata: Metadata = new Map([
      ['tokenizer.ggml.model', stringValue('llama')],
      ['tokenizer.ggml.tokens', arrayValue(8, ['a', 'b'])],
    ]);
    const text = new ModelText('two.gguf', metadata, sandbox);
    expect(await text.encode('ab', { addBos: false })).toEqual([0, 1]);
  });
});
