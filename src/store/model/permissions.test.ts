import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { tinyGguf } from '../../../bench/models/tiny-llama';
import type { UnfinishedExport } from '../../browser/disk/unfinished';
import { blobSource } from '../../files/byte-source';
import { openTestModel, testSandbox } from '../../testing/text/sandbox';
import { toWire } from '../../util/errors';
import { EngineClient, type Port } from '../../worker/client';
import type { Calls, FromWorker } from '../../worker/protocol';
import { initialState, type LibraryEntry } from '../state';
import { connectEngine, studioStore } from '../store';
import { isPermitted, keepHandles } from '../work/export-record';
import { goOn } from './go-on';
import { openHandles, reopen } from './library';

/** IndexedDB keeps handles as they are. */
const records = vi.hoisted(() => new Map<string, unknown>());
vi.mock('idb-keyval', () => ({
  createStore: (name: string) => name,
  get: async (key: string, store: string) => records.get(`${store} ${key}`),
  set: async (key: string, value: unknown, store: string) => void records.set(`${store} ${key}`, value),
  del: async (key: string, store: string) => void records.delete(`${store} ${key}`),
  update: async () => {},
  entries: async (store: string) => [...records].filter(([key]) => key.startsWith(`${store} `)),
}));

/** Before the person is asked, and their answer. */
interface Permission {
  readonly before: PermissionState;
  readonly answer?: PermissionState;
}
const bytes = tinyGguf();

/** A file's handle as a browser gives it; `readable` reads of its content come, and then the permission is revoked. */
function handleOf(
  name: string,
  { before, answer = 'denied' }: Permission,
  readable = Number.POSITIVE_INFINITY,
) {
  let state = before;
  const asked: string[] = [];
  let left = readable;
  const notAllowed = () =>
    new DOMException('The request is not allowed by the user agent.', 'NotAllowedError');
  const slice = (start: number, end: number) => ({
    async arrayBuffer() {
      if (left-- > 0) return bytes.slice(start, end).buffer;
      state = 'denied';
      throw new DOMException('The file could not be read.', 'NotReadableError');
    },
  });
  const handle = {
    kind: 'file',
    name,
    async queryPermission({ mode }: { mode: string }) {
      asked.push(`query ${mode}`);
      return state;
    },
    async requestPermission({ mode }: { mode: string }) {
      asked.push(`request ${mode}`);
      state = answer;
      return state;
    },
    async getFile() {
      if (state !== 'granted') throw notAllowed();
      return { name, size: bytes.length, slice } as unknown as File;
    },
  } as unknown as FileSystemFileHandle;
  return { handle, asked };
}

const FINGERPRINT = 'the same';
/** Calls that the engine was asked, and the target of what was handed over. */
const told: string[] = [];
let target: unknown;
const answers: Partial<Record<keyof Calls, (args: readonly unknown[]) => unknown>> = {
  isImatrix: () => false,
  open: async ([files, label]) => {
    const sources = (files as { path: string; file: Blob }[]).map((f) => blobSource(f.path, f.file));
    const { metadata } = await openTestModel(sources, String(label));
    return { label, fingerprint: FINGERPRINT, contextLength: 64, tensors: metadata.size };
  },
  plan: () => [],
  takeExport: () => ({ fallbackToF16: false, strict: false, importance: null, types: ['Q8_0'] }),
  exportFile: () => ({ sha256: '', sizeBytes: 1, checkedBlocks: 1, errors: [] }),
  deliverExport: (args) => {
    [, , target] = args;
    return null;
  },
};
function enginePort(): Port {
  const port: Port = {
    onmessage: null,
    onerror: null,
    postMessage(message) {
      if (!('call' in message)) return;
      const { id, call, args } = message;
      told.push(call);
      const send = (data: FromWorker) => port.onmessage?.({ data } as MessageEvent<FromWorker>);
      void Promise.resolve()
        .then(() => answers[call]!(args))
        .then(
          (result) => send({ id, result }),
          (error: unknown) => send({ id, error: toWire(error) }),
        );
    },
  };
  return port;
}
const client = new EngineClient(enginePort);
afterAll(() => {
  client.dispose();
  testSandbox.dispose();
});
beforeEach(() => {
  records.clear();
  told.length = 0;
  target = undefined;
  studioStore.setState(initialState, true);
  connectEngine(client);
});
const get = studioStore.getState;

describe('a handle of an earlier visit', () => {
  test.each([
    ['granted', undefined, true, ['query read']],
    ['denied', 'granted', false, ['query read']],
    ['prompt', 'granted', true, ['query read', 'request read']],
    ['prompt', 'denied', false, ['query read', 'request read']],
    ['prompt', 'prompt', false, ['query read', 'request read']],
  ] as const)('%s, the person says %s: may be read %s', async (before, answer, may, questions) => {
    const { handle, asked } = handleOf('m.gguf', { before, ...(answer ? { answer } : {}) });
    expect(await isPermitted(handle, 'read')).toBe(may);
    expect(asked).toEqual(questions);
  });
  test('a browser that asks nothing lets it be read', async () =>
    expect(await isPermitted({ kind: 'file', name: 'm' } as FileSystemHandle, 'read')).toBe(true));
});

describe('a model of the library', () => {
  const entry = { id: 'files:m.gguf', kind: 'files', label: 'm.gguf', openedMs: 1 } as LibraryEntry;
  const keep = (handle: FileSystemHandle) =>
    records.set(`nibble-library ${entry.id}`, { version: 1, ...entry, handles: [handle] });

  test.each([{ before: 'granted' }, { before: 'prompt', answer: 'granted' }] as const)(
    'opens where it may be read: %o',
    async (permission) => {
      keep(handleOf('m.gguf', permission).handle);
      await reopen(entry);
      expect(get()).toMatchObject({ model: { label: 'm.gguf' }, problem: null });
    },
  );
  test.each([
    { before: 'denied' },
    { before: 'prompt', answer: 'denied' },
    { before: 'prompt', answer: 'prompt' },
  ] as const)('is not opened where it may not, and what to do is said: %o', async (permission) => {
    const { handle, asked } = handleOf('m.gguf', permission);
    keep(handle);
    await reopen(entry);
    expect(get().model).toBeNull();
    expect(get().problem).toMatchObject({
      message: expect.stringMatching(/^m\.gguf could not be found again: .*not allowed/),
    });
    expect(get().problem?.hint).toMatch(/Drop it again/);
    expect(told).toEqual([]);
    expect(asked.filter((question) => question.startsWith('request')).length).toBeLessThan(2);
  });
  test.each([0, 1])(
    'that is forbidden after %d reads is named, and the model of before stays',
    async (readable) => {
      keep(handleOf('m.gguf', { before: 'granted' }).handle);
      await reopen(entry);
      keep(handleOf('m.gguf', { before: 'granted' }, readable).handle);
      await reopen(entry);
      expect(get()).toMatchObject({ model: { label: 'm.gguf' }, job: null });
      expect(get().problem?.message).toMatch(/m\.gguf: bytes \d+ to \d+ cannot be read \(NotReadableError/);
      // The next try asks anew.
      keep(handleOf('m.gguf', { before: 'prompt', answer: 'granted' }).handle);
      await reopen(entry);
      expect(get().problem).toBeNull();
    },
  );
});

test('a file that was picked and may not be read after all is told, not thrown', async () => {
  await openHandles([handleOf('m.gguf', { before: 'denied' }).handle]);
  expect(get().problem?.message).toMatch(/^m\.gguf could not be found again: .*not allowed/);
});

describe('an unfinished export', () => {
  const entry: UnfinishedExport = {
    id: 'one',
    startedMs: 1,
    opened: { kind: 'files', label: 'm.gguf' },
    fingerprint: FINGERPRINT,
    files: [{ name: 'm-Q8_0.gguf', fileBytes: 9, doneBytes: 3, state: 'begun' }],
    keep: false,
  };
  const granted: Permission = { before: 'prompt', answer: 'granted' };
  async function goesOn(source: Permission, place: Permission) {
    const [from, to] = [handleOf('m.gguf', source), handleOf('m-Q8_0.gguf', place)];
    await keepHandles(entry.id, { source: [from.handle], target: to.handle });
    await goOn(entry);
    return { from, to };
  }
  test('asks once to read and once to write, and goes on to its place', async () => {
    const { from, to } = await goesOn(granted, granted);
    expect(from.asked.filter((question) => question.startsWith('request'))).toEqual(['request read']);
    expect(to.asked.filter((question) => question.startsWith('request'))).toEqual(['request readwrite']);
    expect(told).toEqual(expect.arrayContaining(['open', 'takeExport', 'exportFile', 'deliverExport']));
    expect(target).toBe(to.handle);
    expect(get()).toMatchObject({ problem: null, awaiting: null });
  });
  test.each([{ before: 'denied' }, { before: 'prompt', answer: 'denied' }] as const)(
    'whose place may not be written to (%o) becomes a download',
    async (place) => {
      await goesOn(granted, place);
      expect(told).toContain('deliverExport');
      expect(target).toBeNull();
    },
  );
  test.each([{ before: 'denied' }, { before: 'prompt', answer: 'denied' }] as const)(
    'whose model may not be read (%o) says what to drop, waits, and keeps what is written',
    async (source) => {
      await goesOn(source, granted);
      expect(told).toEqual([]);
      expect(get().awaiting).toEqual(entry);
      expect(get().problem?.message).toBe('m.gguf is needed to go on with m-Q8_0.gguf.');
    },
  );
  test('whose model is forbidden while it is read says so, and still waits', async () => {
    const from = handleOf('m.gguf', granted, 1);
    await keepHandles(entry.id, { source: [from.handle], target: null });
    await goOn(entry);
    expect(told).not.toContain('takeExport');
    expect(get().awaiting).toEqual(entry);
    expect(get().problem?.message).toMatch(/cannot be read/);
  });
});
