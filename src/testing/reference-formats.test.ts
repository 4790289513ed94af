// Checkpoints of other quantizers against the reference collection, where it lies beside the checkout: every tensor as
// float32, bit for bit. registry.test.ts carries its own.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { dequantized } from '../checkpoint/registry';
import { Checkpoint } from '../model/convert/checkpoint/checkpoint';
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

describe.runIf(hasFormats)('reference checkpoints', () => {
  test('all of them are there', () => expect(cases.length).toBe(47));

  test.each(cases)('%s', async (name) => {
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
    const { tensors, level } = await dequantized((await checkpoint.weights()).tensors.map(withoutDoubles), {
      label: name,
      config: config ?? { quantization: { bits: 4, ...quantization } },
      json: (file) => checkpoint.json(file),
    });
    expect(tensors.map((t) => t.name).sort()).toEqual(Object.keys(expected).sort());
    for (const tensor of tensors.map(asFloat32)) {
      expect(tensor.shape, tensor.name).toEqual(expected[tensor.name]!.shape);
      const bytes = await tensor.read(0, tensor.sizeBytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(sha256, `${name}: ${tensor.name} as ${level}`).toBe(expected[tensor.name]!.sha256);
    }
  });
});
