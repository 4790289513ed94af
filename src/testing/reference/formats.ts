// Checkpoints of other quantizers of the reference collection, and their tensors decoded.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dequantized } from '../../checkpoint/registry';
import { memorySource } from '../../files/byte-source';
import { Checkpoint } from '../../model/convert/checkpoint/checkpoint';
import { withoutDoubles } from '../../model/convert/tensors/lazy';
import { sharedFolder } from '../golden';

export const FORMATS = join(sharedFolder, 'golden/formats');
export const hasFormats = existsSync(FORMATS);
if (!hasFormats) process.stdout.write('NOT RUN: the reference checkpoints are not beside this checkout.\n');

interface Expected {
  readonly tensors: Readonly<
    Record<string, { shape: number[]; sha256: string; mode?: string; bits?: number; group_size?: number }>
  >;
}

/** Files that are of the reference and not of the checkpoint. */
const EXTRA = /^(expected\.json|reference\.safetensors|input\.safetensors|cpu\.)/;
export const formatCases = hasFormats
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
export async function readFormat(name: string) {
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
