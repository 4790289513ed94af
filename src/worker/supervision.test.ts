import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CancelledError, EngineEndedError } from '../util/errors';
import { EngineClient, type Port } from './client';
import type { Calls, FromWorker, ToWorker } from './protocol';

/** Workers that answer as `answer` says: undefined is silence. */
function fake(answer: (message: ToWorker, worker: number) => FromWorker | undefined) {
  const told: string[] = [];
  const reasons: string[] = [];
  const ports: Port[] = [];
  const start = (): Port => {
    const port: Port = {
      onmessage: null,
      onerror: null,
      postMessage: (message) => {
        if ('call' in message) told.push(`${number} ${message.call}`);
        const back = answer(message, number);
        if (back) queueMicrotask(() => port.onmessage?.({ data: back } as MessageEvent<FromWorker>));
      },
      terminate: () => void told.push(`${number} end`),
    };
    const number = ports.push(port);
    return port;
  };
  const client = new EngineClient(start, { ended: (reason) => reasons.push(reason) });
  return { client, told, reasons, ports };
}
const file = { path: 'm.gguf', file: new Blob(['m']) };
/** Answers everything but calls of `silent`; a ping where `alive`. */
const worker =
  (silent: string, alive: boolean) =>
  (message: ToWorker): FromWorker | undefined => {
    if ('ping' in message) return alive ? { pong: message.ping } : undefined;
    return 'call' in message && message.call !== silent ? { id: message.id, result: null } : undefined;
  };
const settled = (promise: Promise<unknown>) => promise.catch((e: unknown) => e);

/** Every call of the engine, which the compiler holds this list to. */
const CALLS: Record<keyof Calls, true> = {
  lists: true,
  device: true,
  open: true,
  openHub: true,
  close: true,
  searchHub: true,
  lookAtHub: true,
  tokenize: true,
  deleteDownload: true,
  isImatrix: true,
  useImatrix: true,
  plan: true,
  prepare: true,
  release: true,
  prompt: true,
  generate: true,
  write: true,
  benchmark: true,
  quality: true,
  collectImatrix: true,
  search: true,
  mix: true,
  addMix: true,
  addRecipe: true,
  inspect: true,
  difference: true,
  export: true,
  beginExport: true,
  exportFile: true,
  deliverExport: true,
  takeExport: true,
  dropExport: true,
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a stop', () => {
  test('that nobody answers ends the worker within a second; the next call opens the model in another', async () => {
    const { client, told, reasons } = fake((message, n) => worker('prepare', n > 1)(message));
    await client.call('open', [[file], 'm', {}]).result;
    const prepare = client.call('prepare', ['Q8_0']);
    const other = settled(client.call('prepare', ['F16']).result);
    const result = settled(prepare.result);
    prepare.cancel();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await result).toBeInstanceOf(CancelledError);
    expect(reasons).toEqual(['it did not answer a stop within a second']);
    await other;
    await client.call('release', ['Q8_0']).result;
    await client.call('release', ['F16']).result;
    expect(told.slice(3)).toEqual(['1 end', '2 open', '2 release', '2 release']);
  });
  test.each(Object.keys(CALLS) as (keyof Calls)[])(
    'of %s ends a worker that reads no message, parsing say or planning, and leaves the model that was open',
    async (call) => {
      // Progress was on its way when the work began that reads no message: it is no answer to the stop.
      const busy = (message: ToWorker, n: number): FromWorker | undefined => {
        if (n > 1 || ('call' in message && message.args[0] === 'first')) return worker('', true)(message);
        return 'cancel' in message
          ? { id: message.cancel, event: { kind: 'run', done: 1, total: 2 } }
          : undefined;
      };
      const { client, told, reasons } = fake(busy);
      await client.call('open', ['first' as never, 'm', {}]).result;
      const running = client.call(call, [] as never);
      const result = settled(running.result);
      await vi.advanceTimersByTimeAsync(1000);
      running.cancel();
      await vi.advanceTimersByTimeAsync(1000);
      expect(await result).toBeInstanceOf(CancelledError);
      expect(reasons).toEqual(['it did not answer a stop within a second']);
      await client.call('release', ['Q8_0']).result;
      expect(told.slice(2)).toEqual(['1 end', '2 open', '2 release']);
    },
  );
  test('that a living worker cannot act on yet frees whoever waits, and ends it only when it goes on', async () => {
    const { client, told, reasons } = fake(worker('prepare', true));
    const prepare = client.call('prepare', ['Q8_0']);
    const result = settled(prepare.result);
    prepare.cancel();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await result).toBeInstanceOf(CancelledError);
    expect(told).toEqual(['1 prepare']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(reasons).toEqual(['what was stopped went on for 10 s']);
  });
  test('that is answered leaves the worker', async () => {
    let id = 0;
    const { client, reasons } = fake((message) => {
      if ('call' in message) id = message.id;
      if ('cancel' in message)
        return { id, error: { name: 'CancelledError', message: '', hint: '', stack: '' } };
      return undefined;
    });
    const prepare = client.call('prepare', ['Q8_0']);
    prepare.cancel();
    expect(await settled(prepare.result)).toBeInstanceOf(CancelledError);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reasons).toEqual([]);
  });
});

describe('a worker that fails', () => {
  test('silently is found out while a call runs, and not before', async () => {
    const { client, reasons } = fake(worker('prepare', false));
    await vi.advanceTimersByTimeAsync(60_000);
    const result = settled(client.call('prepare', ['Q8_0']).result);
    await vi.advanceTimersByTimeAsync(19_000);
    expect(reasons).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await result).toBeInstanceOf(EngineEndedError);
    expect(reasons).toEqual(['it gave no sign of life for 20 s']);
  });
  test('and one that answers pings may take its time', async () => {
    const { client, reasons } = fake(worker('prepare', true));
    void settled(client.call('prepare', ['Q8_0']).result);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(reasons).toEqual([]);
  });
  test('with an error rejects its calls with the reason', async () => {
    const { client, ports, told } = fake(worker('prepare', true));
    const result = settled(client.call('prepare', ['Q8_0']).result);
    ports[0]!.onerror?.({ message: 'out of memory' } as ErrorEvent);
    expect(await result).toMatchObject({
      name: 'EngineEndedError',
      message: 'The engine was ended: out of memory.',
    });
    // Words of an ended worker are nobody's.
    ports[0]!.onmessage?.({ data: { pong: 1 } } as MessageEvent<FromWorker>);
    await client.call('lists', []).result;
    expect(told).toEqual(['1 prepare', '1 end', '2 lists']);
  });
  test('comes back with matrix, recipe and settings; a model opened since takes their place', async () => {
    const { client, ports, told } = fake(worker('', true));
    const settings = { context: 64, kvType: 'F16', fallbackToF16: false, strict: false } as const;
    await client.call('open', [[file], 'm', {}]).result;
    await client.call('addRecipe', ['old', '{}']).result;
    await client.call('useImatrix', [file]).result;
    await client.call('plan', [settings]).result;
    await client.call('addRecipe', ['r', '{}']).result;
    ports[0]!.onerror?.({ message: 'gone' } as ErrorEvent);
    told.length = 0;
    await client.call('prepare', ['F16']).result;
    expect(told).toEqual(['2 open', '2 useImatrix', '2 addRecipe', '2 plan', '2 prepare']);
    ports[1]!.onerror?.({ message: 'gone' } as ErrorEvent);
    told.length = 0;
    await client.call('open', [[file], 'n', {}]).result;
    await client.call('prepare', ['F16']).result;
    expect(told).toEqual(['3 open', '3 prepare']);
  });
  test('whose model cannot be opened again says so, and tries again with the next call', async () => {
    let lost = false;
    const { client, ports, told } = fake((message) =>
      lost && 'call' in message
        ? {
            id: message.id,
            error: { name: 'FileError', message: `${message.call} failed`, hint: '', stack: '' },
          }
        : worker('', true)(message),
    );
    await client.call('open', [[file], 'm', {}]).result;
    ports[0]!.onerror?.({ message: 'gone' } as ErrorEvent);
    lost = true;
    expect(await settled(client.call('prepare', ['F16']).result)).toMatchObject({ message: 'open failed' });
    lost = false;
    told.length = 0;
    await client.call('prepare', ['F16']).result;
    expect(told).toEqual(['2 open', '2 prepare']);
  });
});
