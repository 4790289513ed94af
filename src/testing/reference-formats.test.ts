// Checkpoints of other quantizers against the reference collection, where it lies beside the checkout: every tensor as
// float32, bit for bit. registry.test.ts carries its own.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAdapter } from '../checkpoint/lora/adapter';
import { merged } from '../checkpoint/lora/merge';
import { memorySource } from '../files/byte-source';
import { readSafetensors } from '../files/safetensors/read';
import { planKept } from '../model/convert/keep/plan-kept';
import { asFloat32 } from '../model/convert/tensors/lazy';
import { FORMATS, formatCases, hasFormats, readFormat } from './reference/formats';

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

const adapters = hasFormats ? readdirSync(join(FORMATS, 'lora')).filter((name) => name !== 'base') : [];

describe.runIf(hasFormats)('reference checkpoints', () => {
  test('all of them are there', () => expect(formatCases.length).toBe(47));

  test.each(formatCases)('%s', async (name) => {
    const { tensors, level, expected } = await readFormat(name);
    expect(tensors.map((t) => t.name).sort()).toEqual(Object.keys(expected).sort());
    for (const tensor of tensors.map(asFloat32)) {
      expect(tensor.shape, tensor.name).toEqual(expected[tensor.name]!.shape);
      const bytes = await tensor.read(0, tensor.sizeBytes);
      expect(sha256(bytes), `${name}: ${tensor.name} as ${level}`).toBe(expected[tensor.name]!.sha256);
    }
  });

  test.each(lossless)('$source as $type: the bytes', async ({ source, tensor, type, ne, ...of }) => {
    const found = (await readFormat(source)).tensors.find((t) => t.name === tensor)!;
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

  test.each(adapters)('LoRA merged into its base: %s', async (name) => {
    const source = (...path: string[]) =>
      memorySource(path.at(-1)!, new Uint8Array(readFileSync(join(FORMATS, 'lora', ...path))));
    const names = readdirSync(join(FORMATS, 'lora', name)).filter((file) => file.startsWith('adapter_'));
    const adapter = await readAdapter(
      names.map((file) => source(name, file)),
      name,
    );
    const base = await readSafetensors(source('base', 'model.safetensors'));
    const { tensors: expected } = JSON.parse(
      readFileSync(join(FORMATS, 'lora', name, 'expected.json'), 'utf8'),
    ) as { tensors: Record<string, { sha256: string }> };
    const out = merged(base, [{ adapter, scale: 1 }]);
    for (const [key, wanted] of Object.entries(expected)) {
      const tensor = asFloat32(out.find((t) => t.name === key)!);
      expect(sha256(await tensor.read(0, tensor.sizeBytes)), key).toBe(wanted.sha256);
    }
  });
});
