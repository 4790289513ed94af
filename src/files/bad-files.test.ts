import { describe, expect, test } from 'vitest';
import { openTestModel } from '../testing/text/sandbox';
import { tinyGguf } from '../../bench/models/tiny-llama';
import { NibbleError } from '../util/errors';
import { type ByteSource, memorySource } from './byte-source';
import { u32Value } from './gguf/metadata';
import { ggufHeader } from './gguf/write';
import { ggmlTypeByLabel } from './ggml-types';

const F32 = ggmlTypeByLabel('F32');
const good = tinyGguf({ width: 32, ffn: 32, layers: 1, heads: 2, kvHeads: 1, vocabulary: 40, context: 32 });
const text = (s: string) => new TextEncoder().encode(s);
const patched = (bytes: Uint8Array, at: number, value: bigint): Uint8Array<ArrayBuffer> => {
  const out = bytes.slice() as Uint8Array<ArrayBuffer>;
  new DataView(out.buffer).setBigUint64(at, value, true);
  return out;
};

/** A GGUF with the given tensor infos, offsets from ggufHeader, and `data` zero bytes after the header. */
function ggufOf(tensors: { name: string; shape: number[] }[], data: number): Uint8Array<ArrayBuffer> {
  const header = ggufHeader(
    new Map([['general.alignment', u32Value(32)]]),
    tensors.map((t) => ({ ...t, type: F32, sizeBytes: 4 * t.shape.reduce((a, b) => a * b, 1) })),
  );
  const out = new Uint8Array(header.length + data);
  out.set(header);
  return out;
}
/** Two tensors whose second starts inside the first. */
function overlapping(): Uint8Array<ArrayBuffer> {
  const bytes = ggufOf(
    [
      { name: 'one', shape: [64] },
      { name: 'two', shape: [64] },
    ],
    512,
  );
  const at = Buffer.from(bytes).indexOf('two') + 3 + 4 + 8 + 4;
  return patched(bytes, at, 32n);
}
/** Dimensions whose product passes 2^53. */
function overflowing(): Uint8Array<ArrayBuffer> {
  const bytes = ggufOf([{ name: 'huge', shape: [8, 8] }], 512);
  const at = Buffer.from(bytes).indexOf('huge') + 4 + 4;
  return patched(patched(bytes, at, 1n << 40n), at + 8, 1n << 40n);
}
const safetensors = (header: object, data: number): Uint8Array<ArrayBuffer> => {
  const json = text(JSON.stringify(header));
  const out = new Uint8Array(8 + json.length + data);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  return out;
};
const st = (bytes: Uint8Array<ArrayBuffer>) => memorySource('m/model.safetensors', bytes);
const config = memorySource('m/config.json', text('{"architectures":["LlamaForCausalLM"]}'));
const gguf = (bytes: Uint8Array<ArrayBuffer>) => [memorySource('m.gguf', bytes)];

const cases: { name: string; files: ByteSource[]; says: RegExp }[] = [
  {
    name: 'not a model',
    files: [memorySource('cat.jpg', text('JFIF....'))],
    says: /cat\.jpg: this is no model.*byte 0/,
  },
  {
    name: 'an empty file',
    files: gguf(new Uint8Array(0)),
    says: /m\.gguf: magic at byte 0: found 0 bytes.*expected 4/,
  },
  {
    name: 'a truncated header',
    files: gguf(good.slice(0, 200)),
    says: /m\.gguf: .* at byte \d+: found .*expected/,
  },
  {
    name: 'truncated data',
    files: gguf(good.slice(0, good.length - 4096)),
    says: /m\.gguf: tensor "[^"]+" takes bytes \d+ to \d+, but the file ends at \d+/,
  },
  {
    name: 'a tensor outside the file',
    files: gguf(ggufOf([{ name: 'far', shape: [1000] }], 64)),
    says: /tensor "far" takes bytes .* but the file ends/,
  },
  {
    name: 'overlapping tensors',
    files: gguf(overlapping()),
    says: /tensor "two" begins at byte 32 of the data, expected 256/,
  },
  {
    name: 'an element count overflow',
    files: gguf(overflowing()),
    says: /shape of tensor "huge".*expected a product below 2\^53/,
  },
  {
    name: '2^60 tensors',
    files: gguf(patched(good, 8, 1n << 60n)),
    says: /tensor count at byte 8: found 1152921504606846976, expected at most/,
  },
  {
    name: '2^60 metadata entries',
    files: gguf(patched(good, 16, 1n << 60n)),
    says: /metadata count at byte 16/,
  },
  {
    name: 'a key of 2^40 bytes',
    files: gguf(patched(good, 24, 1n << 40n)),
    says: /length of metadata key 0 at byte 24: found 1099511627776/,
  },
  {
    name: 'a future version',
    files: gguf(patched(good, 4, 9n)),
    says: /of version 9; expected version 2 or 3/,
  },
  { name: 'big endian', files: gguf(patched(good, 4, 0x03000000n)), says: /big endian/ },
  { name: 'safetensors without config.json', files: [st(safetensors({}, 0))], says: /no config\.json/ },
  {
    name: 'a safetensors header longer than the file',
    files: [config, st(patched(safetensors({}, 8), 0, 1n << 50n))],
    says: /header length at byte 0 is 1125899906842624/,
  },
  {
    name: 'a safetensors header that is no JSON',
    files: [
      config,
      memorySource('m/model.safetensors', Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 65, 66, 67, 68)),
    ],
    says: /is no JSON/,
  },
  {
    name: 'safetensors offsets that lie',
    files: [config, st(safetensors({ x: { dtype: 'F32', shape: [4], data_offsets: [0, 12] } }, 16))],
    says: /tensor "x" of shape \[4\] in F32 takes 16 bytes, but its offsets span 12/,
  },
  {
    name: 'safetensors outside the file',
    files: [config, st(safetensors({ x: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } }, 8))],
    says: /tensor "x" takes bytes/,
  },
  {
    name: 'a missing shard',
    files: [
      config,
      st(safetensors({}, 0)),
      memorySource(
        'm/model.safetensors.index.json',
        text('{"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model.safetensors"}}'),
      ),
    ],
    says: /1 of 2 weight files are missing: model-00001-of-00002\.safetensors/,
  },
  {
    name: 'an unknown architecture in a folder',
    files: [
      memorySource('m/config.json', text('{"architectures":["MambaForCausalLM"]}')),
      st(safetensors({}, 0)),
    ],
    says: /"MambaForCausalLM".*known: LlamaForCausalLM/,
  },
];

describe('bad files', () => {
  test.each(cases)('$name is refused with file, place, found and expected', async ({ files, says }) => {
    const started = performance.now();
    const error = await openTestModel(files, 'm').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(NibbleError);
    expect((error as NibbleError).message).toMatch(says);
    expect((error as NibbleError).hint).not.toBe('');
    expect(performance.now() - started).toBeLessThan(1000);
  });
  test('every cut of a good file is refused, and never crashes', async () => {
    for (let cut = 1; cut < good.length; cut += 997)
      await expect(openTestModel(gguf(good.slice(0, cut)), 'm')).rejects.toBeInstanceOf(NibbleError);
  });
  test('a flipped byte in the header is refused or read, and never crashes', async () => {
    for (let at = 0; at < 3000; at += 7) {
      const bytes = good.slice();
      bytes[at]! ^= 0xff;
      const result = await openTestModel(gguf(bytes), 'm').catch((e: unknown) => e);
      if (result instanceof Error) expect(result).toBeInstanceOf(NibbleError);
    }
  });
});
