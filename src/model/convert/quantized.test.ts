// Whole folders whose matrices another quantizer packed, against the same folders with the float32 values that they mean.
import { describe, expect, test } from 'vitest';
import { memorySource } from '../../files/byte-source';
import { quantizedTwins } from '../../testing/quantized/folder';
import type { NamedBytes } from '../../testing/safetensors-file';
import { openTestModel } from '../../testing/text/sandbox';

const open = (files: readonly NamedBytes[]) =>
  openTestModel(
    files.map((f) => memorySource(f.path, f.bytes)),
    'tiny',
  );

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
    const twins = await quantizedTwins(architecture, kind);
    const { level } = twins;
    const [packed, plain] = [await open(twins.packed), await open(twins.plain)];
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
