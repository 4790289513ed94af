import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeHub } from '../../testing/fake-hub';
import { lookAtHub, searchHub } from './catalog';
import { openHub } from './hub';

const hub = new FakeHub();
let origin: string;
const bytes = (n: number) => new Uint8Array(n);
beforeAll(async () => {
  origin = await hub.start();
  hub.add('org/quants', [
    { path: 'README.md', bytes: bytes(3) },
    { path: 'tiny-Q4_K_M.gguf', bytes: bytes(40) },
    { path: 'tiny-Q4_K_S.gguf', bytes: bytes(30) },
    { path: 'big one/tiny-Q8_0-00001-of-00002.gguf', bytes: bytes(50) },
    { path: 'big one/tiny-Q8_0-00002-of-00002.gguf', bytes: bytes(25) },
    { path: 'mmproj-F16.gguf', bytes: bytes(5) },
  ]);
  hub.add('org/both', [
    { path: 'config.json', bytes: bytes(2) },
    { path: 'model.safetensors', bytes: bytes(90) },
    { path: 'original/model.safetensors', bytes: bytes(90) },
    { path: 'm-Q2_K.gguf', bytes: bytes(9) },
    { path: 'no\ud800text.gguf', bytes: bytes(9) },
  ]);
});
afterAll(() => hub.stop());

describe('a repository', () => {
  it('is listed by what can be opened of it, the smallest first, and nothing is read', async () => {
    const before = hub.log.length;
    const { offers } = await lookAtHub(`${origin}/org/quants`);
    expect(offers.map((o) => [o.name, o.files, o.sizeBytes])).toEqual([
      ['tiny-Q4_K_S.gguf', 1, 30],
      ['tiny-Q4_K_M.gguf', 1, 40],
      ['tiny-Q8_0.gguf', 2, 75],
    ]);
    expect(hub.log.slice(before)).toEqual(['/api/models/org/quants/tree/main']);
  });
  it('each of its addresses opens what it says', async () => {
    for (const repository of ['org/quants', 'org/both']) {
      const { offers } = await lookAtHub(`${origin}/${repository}`);
      for (const { address, files, container } of offers) {
        const opened = (await openHub(address)).files.filter((f) => /gguf|safetensors$/.test(f.path));
        expect(opened.length, address).toBe(files);
        expect(opened.every((f) => f.path.endsWith(container.toLowerCase()))).toBe(true);
      }
    }
  });
  it('a level or a file names one; one that is not there shows all', async () => {
    const names = async (text: string) => (await lookAtHub(`${origin}/${text}`)).offers.map((o) => o.name);
    expect(await names('org/quants:q4_k_m')).toEqual(['tiny-Q4_K_M.gguf']);
    expect(await names('org/quants/big%20one')).toEqual(['tiny-Q8_0.gguf']);
    expect(await names('org/quants:IQ1_S')).toHaveLength(3);
    await expect(lookAtHub(`${origin}/org/nothing`)).rejects.toThrow(/404/);
  });
});

describe('a search', () => {
  const answering =
    (json: unknown, asked: string[] = []): typeof fetch =>
    (url) => {
      asked.push(String(url));
      return Promise.resolve(new Response(JSON.stringify(json)));
    };
  it('asks once, for the words as they are', async () => {
    const asked: string[] = [];
    const entry = {
      id: 'org/m',
      downloads: 7,
      gated: 'manual',
      safetensors: { total: 8_030_261_248 },
      tags: ['gguf', 'license:mit'],
    };
    expect(await searchHub('a & b?', { fetch: answering([entry], asked) })).toEqual([
      {
        repository: 'org/m',
        downloads: 7,
        isGated: true,
        license: 'mit',
        parameters: 8_030_261_248,
        has: ['GGUF'],
      },
    ]);
    expect(asked).toHaveLength(1);
    expect(new URL(asked[0]!).searchParams.get('search')).toBe('a & b?');
    expect(new URL(asked[0]!).origin).toBe('https://huggingface.co');
  });
  it.each([[null], [{}], [7]])('an answer that is no list is refused: %j', async (json) => {
    await expect(searchHub('x', { fetch: answering(json) })).rejects.toThrow(/no list/);
  });
  it('entries that make no sense are left out, and figures that are none', async () => {
    const odd = [
      null,
      3,
      { id: '../../x' },
      { id: 'a/b', downloads: -1, gated: 'no', tags: [3], safetensors: 'x' },
    ];
    expect(await searchHub('x', { fetch: answering(odd) })).toEqual([
      { repository: 'a/b', downloads: null, isGated: false, license: null, parameters: null, has: [] },
    ]);
  });
});

describe('a network that is not there', () => {
  const failing = () => {
    let asked = 0;
    const fetch = () => {
      asked += 1;
      return Promise.reject(new TypeError('Failed to fetch'));
    };
    return { options: { fetch, sleep: () => Promise.resolve() }, asked: () => asked };
  };
  it('is told at once to a person who waits', async () => {
    const { options, asked } = failing();
    await expect(searchHub('llama', { ...options, impatient: true })).rejects.toThrow(
      /^The search: the connection failed \(Failed to fetch\)\.$/,
    );
    await expect(lookAtHub('org/name', { ...options, impatient: true })).rejects.toThrow(/connection failed/);
    expect(asked()).toBe(2);
  });
  it('is asked again for what goes on by itself', async () => {
    const { options, asked } = failing();
    await expect(searchHub('llama', options)).rejects.toThrow(/after 6 attempts/);
    expect(asked()).toBe(6);
  });
});
