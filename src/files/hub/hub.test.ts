import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestModel } from '../../testing/text/sandbox';
import { checkpointFiles } from '../../testing/checkpoints';
import { FakeHub } from '../../testing/fake-hub';
import { tinyGguf } from '../../../bench/models/tiny-llama';
import { memorySource } from '../byte-source';
import { parseHubAddress } from './address';
import { openHub } from './hub';

const hub = new FakeHub();
let origin: string;
const waits: number[] = [];
const sleep = (ms: number): Promise<void> => {
  waits.push(ms);
  return Promise.resolve();
};
const shape = { width: 64, ffn: 64, layers: 1, heads: 2, kvHeads: 1, vocabulary: 280, context: 64 };
const gguf = tinyGguf(shape);
const checkpoint = checkpointFiles('phi-3', 'x').map((f) => ({ ...f, path: f.path.slice(2) }));
const file = (path: string, bytes = gguf) => ({ path, bytes });

beforeAll(async () => {
  origin = await hub.start();
  hub.add('org/tiny', checkpoint);
  hub.add('org/gated', checkpoint);
  hub.gated.set('org/gated', 'secret');
  hub.add('org/quants', [
    file('README.md'),
    file('tiny-Q4_K_M.gguf'),
    file('tiny-Q4_K_S.gguf'),
    file('big/tiny-Q8_0-00001-of-00002.gguf'),
    file('big/tiny-Q8_0-00002-of-00002.gguf'),
  ]);
  hub.add('org/one', [file('only.gguf'), file('mmproj-F16.gguf')]);
  hub.add('org/nested', [
    ...checkpoint,
    ...checkpoint.map((f) => file(`checkpoint-100/${f.path}`, f.bytes)),
    file('original/consolidated.safetensors'),
    file('additional_chat_templates/tool_use.jinja'),
    file('additional_chat_templates/old/x.jinja'),
  ]);
  hub.add('org/torch', [file('config.json'), file('pytorch_model.bin'), file('optimizer.bin')]);
  hub.add('org/both', [file('config.json'), file('pytorch_model.bin'), file('model.safetensors')]);
  hub.add('org/onnx', [file('config.json'), file('model.onnx')]);
  // Settings of older quantizers stand in files of their own.
  hub.add('org/packed', [
    ...checkpoint,
    ...['quantize_config', 'quant_config', 'hf_quant_config', 'other_config'].map((n) => file(`${n}.json`)),
  ]);
  hub.add('org/bare', [file('quantize_config.json'), file('x.safetensors')]);
});
afterAll(() => hub.stop());
beforeEach(() => {
  hub.troubles = [];
  hub.log.length = 0;
  waits.length = 0;
});

const open = (address: string, options = {}) => openHub(`${origin}/${address}`, { sleep, ...options });
const names = async (address: string) => (await open(address)).files.map((f) => f.name);

describe('addresses', () => {
  test.each([
    'http://hub.example/org/name',
    'http://10.0.0.2:8080/org/name',
    'http://localhost.example/org/name',
    'http://127.0.0.1@hub.example/org/name',
  ])('%s is refused: the host is not this machine', (text) =>
    expect(() => parseHubAddress(text)).toThrow(/http:\/\/ is taken for a hub on this machine alone/),
  );
  test.each(['http://localhost:8080', 'http://127.0.0.1', 'http://[::1]:9', 'https://hub.example'])(
    '%s may be a hub',
    (endpoint) =>
      expect(parseHubAddress(`${endpoint}/org/name`)).toMatchObject({ endpoint, repository: 'org/name' }),
  );
  test.each([
    ['org/name', { repository: 'org/name', revision: 'main', path: '', tag: '' }],
    [' hf.co/org/name:Q4_K_M ', { repository: 'org/name', tag: 'Q4_K_M' }],
    ['org/name@v1.0', { repository: 'org/name', revision: 'v1.0' }],
    ['org/name/dir/file.gguf', { repository: 'org/name', path: 'dir/file.gguf' }],
    ['https://huggingface.co/org/name/tree/refs%2Fpr%2F1', { revision: 'refs/pr/1', path: '' }],
    [
      'https://hf.co/org/name/blob/main/a%20b.gguf?x=1',
      { path: 'a b.gguf', endpoint: 'https://huggingface.co' },
    ],
    [
      'https://mirror.example/org/name/resolve/dev/f.gguf',
      { endpoint: 'https://mirror.example', revision: 'dev' },
    ],
  ])('%s', (text, want) => expect(parseHubAddress(text)).toMatchObject(want));
  test.each([
    '',
    'name',
    'ftp://huggingface.co/org/name',
    'org/na me',
    '../../etc',
    'org/name/../x',
    'https://hub.example:8443.x/org/name',
    'https://user:secret@hub.example/org/name',
  ])('"%s" is none', (text) => expect(() => parseHubAddress(text)).toThrow(/is no model address/));
});

describe('a model on a hub', () => {
  test('brings the files that say how it was quantized, and wants its config.json', async () => {
    const found = (await names('org/packed')).filter((name) => /quant|other/.test(name));
    expect(found.map((name) => name.split('/').at(-1)).sort()).toEqual([
      'hf_quant_config.json',
      'quant_config.json',
      'quantize_config.json',
    ]);
    await expect(open('org/bare')).rejects.toThrow(/neither a GGUF nor a config\.json with safetensors/);
  });

  test('a checkpoint is the folder that its files would be; only what is needed is asked for', async () => {
    const { label, files } = await open('org/tiny');
    const remote = await openTestModel(files, label);
    const local = await openTestModel(
      checkpoint.map((f) => memorySource(`tiny/${f.path}`, f.bytes)),
      'org/tiny',
    );
    expect([...remote.metadata]).toEqual([...local.metadata]);
    const [a, b] = [remote.tensors.at(-1)!, local.tensors.at(-1)!];
    expect(await a.read(8, 4000)).toEqual(await b.read(8, 4000));
    const weights = hub.log.filter((line) => line.includes('model.safetensors') && line.includes('cdn'));
    expect(weights.slice(0, 2).map((line) => line.split(' ')[1])).toEqual([
      'bytes=0-7',
      expect.stringMatching(/^bytes=8-\d+$/),
    ]);
    expect(hub.log.some((line) => line.includes('README'))).toBe(false);
  });
  test('the list may come in pages', async () => {
    hub.pageSize = 1;
    expect(await names('org/tiny')).toHaveLength(checkpoint.length);
    hub.pageSize = 1000;
  });
  test('one GGUF is taken, several must be chosen from, parts stay together', async () => {
    expect(await names('org/one')).toEqual(['one/only.gguf']);
    await expect(open('org/quants')).rejects.toThrow(
      /holds 3 models: tiny-Q4_K_M\.gguf \(.*big\/tiny-Q8_0\.gguf/,
    );
    expect(await names('org/quants:q4_k_m')).toEqual(['quants/tiny-Q4_K_M.gguf']);
    expect(await names('org/quants:Q8_0')).toHaveLength(2);
    expect(await names('org/quants/big/tiny-Q8_0-00002-of-00002.gguf')).toHaveLength(2);
    expect(await names('org/quants/tiny-Q4_K_S.gguf')).toEqual(['quants/tiny-Q4_K_S.gguf']);
    await expect(open('org/quants:Q2_K')).rejects.toThrow(/none of its files is "Q2_K": tiny-Q4_K_M/);
    await expect(open('org/quants/none.gguf')).rejects.toThrow(/there is no "none\.gguf"/);
    expect(await names('org/torch')).toEqual(['torch/config.json', 'torch/pytorch_model.bin']);
    expect(await names('org/both')).toEqual(['both/config.json', 'both/model.safetensors']);
    await expect(open('org/onnx')).rejects.toThrow(/neither a GGUF nor/);
    await expect(open('org/nothing')).rejects.toThrow(/answers 404/);
  });
  test('gated models ask for a token, which goes to the hub', async () => {
    await expect(open('org/gated')).rejects.toThrow(/answers 401: the model is gated/);
    await expect(open('org/gated', { token: 'wrong' })).rejects.toThrow(/answers 401/);
    const { files } = await open('org/gated', { token: 'secret' });
    expect((await files[0]!.read(0, 8)).length).toBe(8);
  });
});

describe('what goes wrong on the way', () => {
  const source = async () => (await open('org/one')).files[0]!;
  test('a broken connection goes on where it broke', async () => {
    const one = await source();
    hub.log.length = 0;
    hub.troubles = [
      { kind: 'break', after: 1000 },
      { kind: 'break', after: 500 },
    ];
    expect(Buffer.compare(await one.read(0, 5000), gguf.slice(0, 5000))).toBe(0);
    const ranges = hub.log.filter((l) => l.startsWith('/cdn')).map((l) => l.split(' ')[1]!);
    expect(ranges).toHaveLength(3);
    expect(ranges.map((r) => Number(/=(\d+)/.exec(r)![1]))).toEqual([0, 1000, 1500]);
  });
  test('a busy hub is waited for as long as it says', async () => {
    const one = await source();
    hub.troubles = [
      { kind: 'status', status: 429, retryAfter: '7' },
      { kind: 'status', status: 503 },
    ];
    expect(await one.read(10, 20)).toEqual(gguf.slice(10, 20));
    expect(waits).toEqual([7000, 2000]);
  });
  test('a hub that stays busy is given up on, by name', async () => {
    const one = await source();
    hub.troubles = Array.from({ length: 20 }, () => ({ kind: 'status', status: 500 }) as const);
    await expect(one.read(0, 10)).rejects.toThrow(/one\/only\.gguf: the hub answers 500, after 6 attempts/);
  });
  test('an answer from another place is refused', async () => {
    const one = await source();
    hub.troubles = [{ kind: 'wrong range' }];
    await expect(one.read(100, 200)).rejects.toThrow(
      /answers with "bytes 101-199\/\d+", where bytes from 100/,
    );
  });
  test('a server without ranges is read through', async () => {
    const one = await source();
    hub.troubles = [{ kind: 'whole' }];
    expect(await one.read(100, 200)).toEqual(gguf.slice(100, 200));
  });
  test('a file that changed its size is refused', async () => {
    const one = await source();
    hub.add('org/one', [file('only.gguf', gguf.slice(0, 9000) as Uint8Array<ArrayBuffer>)]);
    await expect(one.read(0, 10)).rejects.toThrow(/answers with "bytes 0-9\/9000", where bytes from 0 of/);
    hub.add('org/one', [file('only.gguf'), file('mmproj-F16.gguf')]);
  });
  test('a stop ends a wait that the hub asked for', async () => {
    const stop = new AbortController();
    const waits = {
      fetch: () => Promise.resolve(new Response('', { status: 429, headers: { 'retry-after': '60' } })),
      sleep: () => {
        stop.abort();
        return new Promise<void>(() => {});
      },
      signal: stop.signal,
    };
    expect(await open('org/one', waits).catch((e: unknown) => e)).toMatchObject({ name: 'CancelledError' });
  });
  test('cancelling ends a wait', async () => {
    const one = await open('org/one', { signal: AbortSignal.abort() }).catch((e: unknown) => e);
    expect(one).toMatchObject({ name: 'CancelledError' });
  });
});

test('of a repository, the files at its top are the model, or those of a folder that is named', async () => {
  const top = checkpoint.map((f) => `nested/${f.path}`);
  const template = 'nested/additional_chat_templates/tool_use.jinja';
  expect((await names('org/nested')).toSorted()).toEqual([...top, template].toSorted());
  expect((await names('org/nested/checkpoint-100')).toSorted()).toEqual(
    checkpoint.map((f) => `nested/checkpoint-100/${f.path}`).toSorted(),
  );
});
