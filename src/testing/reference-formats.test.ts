// Checkpoints of other quantizers against the reference collection, where it lies beside the checkout: every tensor as
// float32, bit for bit. registry.test.ts carries its own.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { dequantized } from '../checkpoint/registry';
import { Checkpoint } from '../model/convert/checkpoint/checkpoint';
import { planKept } from '../model/convert/keep/plan-kept';
import { asFloat32, withoutDoubles } from '../model/convert/tensors/lazy';
import { sharedFolder } from './golden';

const FORMATS = join(sharedFolder, 'golden/formats');
const hasFormats = existsSync(FORMATS);
if (!hasFormats) process.stdout.write('NOT RUN: the reference checkpoints are not beside this checkout.\n');

interface Expected {
  readonly tensors: Readonly<
    Record<string, { shape: number[]; sha256: string; mode?: string; bits?: number; group_size?: number }>
  >;
}

/** Files that are of the reference and not of the checkpoint. */
const EXTRA = /^(expected\.json|reference\.safetensors|input\.safetensors|cpu\.)/;
const cases = hasFormats
  ? ['gptq', 'awq', 'compressed-tensors', 'fp8', 'bitsandbytes', 'mlx']
      .flatMap((kind) => readdirSync(join(FORMATS, kind)).map((name) => `${kind}/${name}`))
      // Those that others were made from have nothing to decode.
      .filter((name) => existsSync(join(FORMATS, name, 'expected.json')))
  : [];

const files = (folder: string) =>
  readdirSync(folder)
    .filter((name) => !EXTRA.test(name))
    .map((name) => memorySource(`${folder}/${name}`, new Uint8Array(readFileSync(join(folder, name)))));

/** The tensors of a folder, decoded. */
async function read(name: string) {
  const folder = join(FORMATS, name);
  const checkpoint = new Checkpoint(files(folder), name);
  const { tensors: expected } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
  const config = await checkpoint.json('config.json');
  // The matrices of hand-made groups have no config.json: their settings are in expected.json.
  const quantization = Object.fromEntries(
    Object.entries(expected).map(([tensor, { mode, bits, group_size }]) => [
      tensor.replace(/\.weight$/, ''),
      { mode, bits, group_size },
    ]),
  );
  const decoded = await dequantized((await checkpoint.weights()).tensors.map(withoutDoubles), {
    label: name,
    config: config ?? { quantization: { bits: 4, ...quantization } },
    json: (file) => checkpoint.json(file),
  });
  return { ...decoded, expected };
}

interface Lossless {
  readonly tensors: readonly {
    readonly source: string;
    readonly tensor: string;
    readonly type: string;
    readonly ne: readonly number[];
    readonly sha256: string;
    /** 1/global_scale, which blocks have no place for. */
    readonly scale_tensor_f32?: number;
  }[];
}
const lossless = hasFormats
  ? (JSON.parse(readFileSync(join(FORMATS, 'lossless/expected.json'), 'utf8')) as Lossless).tensors
  : [];
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe.runIf(hasFormats)('reference checkpoints', () => {
  test('all of them are there', () => expect(cases.length).toBe(47));

  test.each(cases)('%s', async (name) => {
    const { tensors, level, expected } = await read(name);
    expect(tensors.map((t) => t.name).sort()).toEqual(Object.keys(expected).sort());
    for (const tensor of tensors.map(asFloat32)) {
      expect(tensor.shape, tensor.name).toEqual(expected[tensor.name]!.shape);
      const bytes = await tensor.read(0, tensor.sizeBytes);
      expect(sha256(bytes), `${name}: ${tensor.name} as ${level}`).toBe(expected[tensor.name]!.sha256);
    }
  });

  test.each(lossless)('$source as $type: the bytes', async ({ source, tensor, type, ne, ...of }) => {
    const found = (await read(source)).tensors.find((t) => t.name === tensor)!;
    const placed = { ...found, shape: [...found.shape].reverse() };
    expect(placed.shape).toEqual(ne);
    const { kept, tensors } = await planKept({
      label: source,
      container: 'safetensors',
      metadata: new Map(),
      tensors: [placed],
      sizeBytes: 0,
      notes: [],
    });
    // A file whose blocks want a factor more is not written yet.
    if (of.scale_tensor_f32 !== undefined)
      expect(kept[0]).toMatchObject({ type: 'F16', cost: 'one rounding' });
    else {
      expect(kept).toEqual([{ name: tensor, type, cost: 'lossless' }]);
      expect(sha256(await tensors[0]!.source.read(0, tensors[0]!.sizeBytes))).toBe(of.sha256);
    }
  });
});
