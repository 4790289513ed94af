// Whole folders whose matrices another quantizer packed, against the same folders with the float32 values that they mean.
import { describe, expect, test } from 'vitest';
import { memorySource } from '../../files/byte-source';
import { readSafetensors, type SafeTensor } from '../../files/safetensors/read';
import { openTestModel } from '../../testing/text/sandbox';
import { checkpointFiles } from '../../testing/checkpoints';
import { quantizedKinds } from '../../testing/quantized/kinds';
import {
  floatTensor,
  jsonFile,
  type NamedBytes,
  safetensorsFile,
  type StoredTensor,
} from '../../testing/safetensors-file';

const open = (files: readonly NamedBytes[]) =>
  openTestModel(
    files.map((f) => memorySource(f.path, f.bytes)),
    'tiny',
  );

/** Matrices that each method quantizes: MLX the embedding and the head, too. */
const isQuantized = (kind: string, t: SafeTensor): boolean =>
  t.shape.length === 2 && (kind.startsWith('mlx') || /self_attn|mlp|experts/.test(t.name));

/** A seeded checkpoint twice: with codes, and with the values of the codes. */
async function twins(architecture: string, kindName: string) {
  const kind = quantizedKinds.find((k) => k.name === kindName)!;
  const files = checkpointFiles(architecture, 'tiny');
  const weights = files.find((f) => f.path.endsWith('.safetensors'))!;
  const all = await readSafetensors(memorySource(weights.path, weights.bytes));
  // Routers stay as they are, and what overrides leave out.
  const chosen = all.filter((t) => isQuantized(kindName, t) && !/\.(gate|v_proj)\.weight$/.test(t.name));
  const made = kind.make(
    chosen.map((t) => ({ name: t.name.replace(/\.weight$/, ''), rows: t.shape[0]!, cols: t.shape[1]! })),
  );
  const kept: StoredTensor[] = await Promise.all(
    all
      .filter((t) => !chosen.includes(t))
      .map(async (t) => ({
        name: t.name,
        shape: t.shape,
        dtype: t.dtype,
        bytes: await t.read(0, t.sizeBytes),
      })),
  );
  const floats = chosen.map((t) =>
    floatTensor(t.name, t.shape, 'F32', made.expected.get(t.name) as Float32Array<ArrayBuffer>),
  );
  const config = JSON.parse(
    new TextDecoder().decode(files.find((f) => f.path.endsWith('/config.json'))!.bytes),
  ) as object;
  const others = files.filter((f) => f !== weights && !f.path.endsWith('/config.json'));
  const folder = (tensors: readonly StoredTensor[], more: object): NamedBytes[] => [
    safetensorsFile(weights.path, tensors),
    jsonFile('tiny/config.json', { ...config, ...more }),
    ...others,
  ];
  const extra = Object.entries(made.files ?? {}).map(([name, json]) => jsonFile(`tiny/${name}`, json));
  return {
    packed: await open([...folder([...kept, ...made.tensors], made.config), ...extra]),
    plain: await open(folder([...kept, ...floats], {})),
    level: kind.level,
  };
}

describe('a folder of packed weights', () => {
  test.each([
    ['llama', 'gptq act-order'],
    ['llama', 'gptq with overrides'],
    ['llama', 'awq of old, quant_config.json'],
    ['qwen3', 'compressed-tensors int4, asymmetric'],
    ['gemma 2', 'compressed-tensors nvfp4'],
    ['phi-3', 'fp8 in blocks, partial ones at the edges'],
    ['mistral', 'bitsandbytes nf4, nested'],
    ['olmo 2', 'bitsandbytes LLM.int8'],
    ['llama', 'mlx 5-bit, group 32'],
    ['mixtral', 'gptq 4 bits, symmetric'],
    ['mixtral', 'modelopt nvfp4'],
    ['qwen2', 'auto-round as awq'],
  ])('%s, %s: the tensors of the float32 folder', async (architecture, kind) => {
    const { packed, plain, level } = await twins(architecture, kind);
    expect(packed.quantizedAs).toBe(level);
    expect(plain.quantizedAs).toBeUndefined();
    const named = new Map(packed.tensors.map((t) => [t.name, t]));
    expect([...named.keys()].sort()).toEqual(plain.tensors.map((t) => t.name).sort());
    for (const want of plain.tensors) {
      const got = named.get(want.name)!;
      expect([got.type.label, got.shape], want.name).toEqual([want.type.label, want.shape]);
      const same = Buffer.compare(await got.read(0, got.sizeBytes), await want.read(0, want.sizeBytes));
      expect(same, want.name).toBe(0);
    }
  });
});
