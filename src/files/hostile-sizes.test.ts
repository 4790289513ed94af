// Sizes that a file states are bounded before anything is allocated for them.
import { describe, expect, test } from 'vitest';
import { endless, refused } from '../testing/files/endless';
import { openTestModel } from '../testing/text/sandbox';
import { jsonFile, safetensorsFile } from '../testing/safetensors-file';
import { huggingFaceFolder } from '../testing/tiny-folder';
import { NibbleError } from '../util/errors';
import { type ByteSource, memorySource } from './byte-source';
import { GgufType, type MetaValue } from './gguf/metadata';
import { readGguf } from './gguf/read';
import { joinSplits } from './gguf/split';

const MIB = 1 << 20;
const SHAPE = { width: 32, ffn: 64, layers: 1, heads: 4, kvHeads: 2, vocabulary: 300, context: 32 };

/** The head of a GGUF with one key whose value's head is written by `value`. */
function ggufHead(key: string, value: (view: DataView, at: number) => number, keys = 1n): Uint8Array {
  const text = new TextEncoder().encode(key);
  const bytes = new Uint8Array(24 + 8 + text.length + 32);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x46554747, true);
  view.setUint32(4, 3, true);
  view.setBigUint64(8, 1n, true);
  view.setBigUint64(16, keys, true);
  view.setBigUint64(24, BigInt(text.length), true);
  bytes.set(text, 32);
  return bytes.subarray(0, value(view, 32 + text.length));
}
const list = (itemType: number, count: number) => (view: DataView, at: number) => {
  view.setUint32(at, 9, true);
  view.setUint32(at + 4, itemType, true);
  view.setBigUint64(at + 8, BigInt(count), true);
  return at + 16;
};
const text = (length: number) => (view: DataView, at: number) => {
  view.setUint32(at, 8, true);
  view.setBigUint64(at + 4, BigInt(length), true);
  return at + 12;
};

describe('a GGUF header', () => {
  const cases: readonly (readonly [string, Uint8Array, number, RegExp])[] = [
    [
      'a list of 150 million bytes',
      ggufHead('x', list(0, 150e6)),
      200e6,
      /"x" at byte \d+: found 150000000 items, expected at most 2097152/,
    ],
    ['10 million tokens', ggufHead('tokenizer.ggml.tokens', list(8, 1e7)), 1e9, /10000000 items/],
    [
      'a template of 60 MB',
      ggufHead('tokenizer.chat_template', text(60e6)),
      100e6,
      /"tokenizer.chat_template" at byte \d+: found 60000000 bytes, expected at most 16777216/,
    ],
    ['a text of 4 GB', ggufHead('x', text(2 ** 32)), 2 ** 33, /found 4294967296 bytes/],
    [
      'a key of 1 GB',
      new Uint8Array(ggufHead('x', text(1)).map((b, i) => (i === 27 ? 64 : b))),
      2 ** 31,
      /found 10737\d+ bytes/,
    ],
  ];
  test.each(cases)('%s is refused unread', async (_, head, sizeBytes, says) => {
    const { source, read } = endless('big.gguf', head, sizeBytes);
    expect(await refused(() => readGguf(source), 'big.gguf')).toMatch(says);
    expect(read().total).toBeLessThan(4 * MIB);
  });
  test('many lists and texts, each below its bound, end at the bound of all', async () => {
    const { source, read } = endless('many.gguf', ggufHead('k0', text(15 * MIB), 9n), 2 ** 32);
    // Eight more of the same, each at the end of the text before it.
    const each = 8 + 2 + 4 + 8 + 15 * MIB;
    const more = Array.from({ length: 8 }, (_, i) => ({
      at: 24 + (i + 1) * each,
      bytes: ggufHead(`k${i + 1}`, text(15 * MIB)).slice(24),
    }));
    const patched: ByteSource = {
      ...source,
      read: async (start, end) => {
        const out = await source.read(start, end);
        for (const { at, bytes } of more)
          bytes.forEach((byte, i) => {
            if (at + i >= start && at + i < end) out[at + i - start] = byte;
          });
        return out;
      },
    };
    expect(await refused(() => readGguf(patched), 'many.gguf')).toMatch(
      /expected at most 33554432 bytes of it/,
    );
    expect(read().total).toBeLessThan(70 * MIB);
  });
  test('counts of splits are files, not memory', () => {
    const file = (count: MetaValue) => ({
      label: 'part.gguf',
      container: 'GGUF' as const,
      metadata: new Map<string, MetaValue>([
        ['split.count', count],
        ['split.no', { type: GgufType.UINT16, value: 0 }],
      ]),
      tensors: [],
      sizeBytes: 0,
      notes: [],
    });
    const join = (type: number, value: number | bigint) => () => joinSplits([file({ type, value })], 'part');
    expect(join(GgufType.UINT64, 1n << 40n)).toThrow(
      'part.gguf: metadata "split.count" is UINT64, expected UINT16',
    );
    expect(join(GgufType.INT32, -3)).toThrow('"split.count" is INT32, expected UINT16');
    for (const value of [1.5, Number.NaN])
      expect(join(GgufType.FLOAT32, value)).toThrow('"split.count" is FLOAT32, expected UINT16');
    // The largest that the right type holds.
    expect(join(GgufType.UINT16, 65535)).toThrow(
      /65534 of 65535 files are missing: (part-\d{5}-of-65535\.gguf(, )?){10} and 65524 more\.$/,
    );
  });
});

describe('safetensors and folders', () => {
  const files = huggingFaceFolder(SHAPE);
  const open = (changed: readonly { path: string; bytes: Uint8Array<ArrayBuffer> }[]) => {
    const paths = new Set(changed.map((f) => f.path));
    const all = [...files.filter((f) => !paths.has(f.path)), ...changed];
    return openTestModel(
      all.map((f) => memorySource(f.path, f.bytes)),
      'tiny',
    );
  };
  const json = (path: string) =>
    JSON.parse(new TextDecoder().decode(files.find((f) => f.path === path)!.bytes)) as object;
  const config = json('tiny/config.json');

  test('a header of 90 MB is refused unread', async () => {
    const head = new Uint8Array(8);
    new DataView(head.buffer).setBigUint64(0, 90_000_000n, true);
    const { source, read } = endless('tiny/model.safetensors', head, 200_000_000, 0x20);
    const all = files
      .filter((f) => !f.path.endsWith('.safetensors'))
      .map((f) => memorySource(f.path, f.bytes));
    expect(await refused(() => openTestModel([...all, source], 'tiny'), 'model.safetensors')).toMatch(
      /header length at byte 0 is 90000000, expected at most 25000000/,
    );
    expect(read().total).toBeLessThan(MIB);
  });
  test.each(['chat_template.jinja', 'config.json', 'tokenizer.json'])(
    '%s of 60 MB is refused unread',
    async (name) => {
      const { source, read } = endless(`tiny/${name}`, new Uint8Array(0), 60_000_000, 0x20);
      const all = files.filter((f) => f.path !== `tiny/${name}`).map((f) => memorySource(f.path, f.bytes));
      expect(await refused(() => openTestModel([...all, source], 'tiny'), `tiny/${name}`)).toMatch(
        /60000000 bytes/,
      );
      expect(read().total).toBe(0);
    },
  );
  const hostile = [0, -1, 0.5, 1e9, 2 ** 31, 2 ** 40, 1e300, 'four', true, [], {}, [4, 4]] as const;
  const keys = [
    'hidden_size',
    'intermediate_size',
    'num_hidden_layers',
    'num_attention_heads',
    'num_key_value_heads',
    'head_dim',
    'max_position_embeddings',
    'rms_norm_eps',
    'rope_theta',
    'vocab_size',
    'num_local_experts',
    'num_experts_per_tok',
  ];
  test.each(keys)('config.json: every hostile %s is refused by name, or opens', async (key) => {
    for (const value of hostile) {
      const before = process.memoryUsage();
      const found = await open([jsonFile('tiny/config.json', { ...config, [key]: value })]).then(
        () => 'opens',
        (e: unknown) => e,
      );
      if (found !== 'opens') expect(found, `${key} ${JSON.stringify(value)}`).toBeInstanceOf(NibbleError);
      const after = process.memoryUsage();
      expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(
        64 * MIB,
      );
    }
  });
  test('scales that config.json states', async () => {
    const rope = (change: object) =>
      open([
        jsonFile('tiny/config.json', {
          ...config,
          rope_scaling: {
            rope_type: 'llama3',
            factor: 8,
            low_freq_factor: 1,
            high_freq_factor: 4,
            original_max_position_embeddings: 64,
            ...change,
          },
        }),
      ]);
    await rope({});
    for (const change of [
      { factor: 0 },
      { factor: -1 },
      { factor: 'x' },
      { original_max_position_embeddings: {} },
    ])
      await expect(rope(change), JSON.stringify(change)).rejects.toBeInstanceOf(NibbleError);
    await expect(open([jsonFile('tiny/config.json', [])])).rejects.toThrow(/expected a JSON object/);
  });
  test('a vocabulary of more tokens than the embedding has rows', async () => {
    const big = open([jsonFile('tiny/config.json', { ...config, vocab_size: 1_000_000 })]);
    await expect(big).rejects.toThrow(/1000000 tokens, but the embedding has 300 rows/);
    const { vocab_size: _, ...unsized } = config as Record<string, unknown>;
    const tokenizer = json('tiny/tokenizer.json') as { model: { vocab: Record<string, number> } };
    tokenizer.model.vocab.far = 9_000_000;
    const far = open([jsonFile('tiny/config.json', unsized), jsonFile('tiny/tokenizer.json', tokenizer)]);
    await expect(far).rejects.toBeInstanceOf(NibbleError);
  });
  test('a tensor of a thousand dimensions', async () => {
    const header = { x: { dtype: 'F32', shape: Array(1000).fill(1), data_offsets: [0, 4] } };
    const text = new TextEncoder().encode(JSON.stringify(header));
    const { bytes } = safetensorsFile('tiny/model.safetensors', []);
    const out = new Uint8Array(8 + text.length + 4);
    out.set(bytes.subarray(0, 8));
    new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
    out.set(text, 8);
    await expect(open([{ path: 'tiny/model.safetensors', bytes: out }])).rejects.toThrow(/1000 dimensions/);
  });
});
