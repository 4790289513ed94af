// Codes of other quantizers carried over into GGUF: the values stay, and what does not fit is named.
import { describe, expect, test } from 'vitest';
import { dequantized } from '../../../checkpoint/registry';
import { memorySource } from '../../../files/byte-source';
import type { ModelFile, TensorSource } from '../../../files/model-file';
import { readSafetensors } from '../../../files/safetensors/read';
import { formatByLabel } from '../../../quant/registry';
import { quantizedKinds } from '../../../testing/quantized/kinds';
import { safetensorsFile } from '../../../testing/safetensors-file';
import { UnsupportedError } from '../../../util/errors';
import { interleaveHeads } from '../tensors/interleave';
import { stacked } from '../tensors/lazy';
import { planKept } from './plan-kept';

/** Weights of a kind as a converted folder has them: the dimensions of GGUF. */
async function weightsOf(name: string): Promise<TensorSource[]> {
  const { make, modules } = quantizedKinds.find((k) => k.name === name)!;
  const made = make(modules);
  const file = safetensorsFile('model.safetensors', made.tensors);
  const { tensors } = await dequantized(await readSafetensors(memorySource(file.path, file.bytes)), {
    label: 'tiny',
    config: made.config,
    json: (path) => Promise.resolve(made.files?.[path]),
  });
  return tensors.map((t) => ({ ...t, shape: [...t.shape].reverse() }));
}

const modelOf = (tensors: readonly TensorSource[]): ModelFile => ({
  label: 'tiny',
  container: 'safetensors',
  metadata: new Map(),
  tensors,
  sizeBytes: 0,
  notes: [],
});

const plan = async (tensors: readonly TensorSource[]) => planKept(modelOf(tensors));
const floats = (bytes: Uint8Array) => new Float32Array(bytes.slice().buffer);

/** Changes planes of a packed weight. */
const withPlanes = (
  tensor: TensorSource,
  change: (planes: Awaited<ReturnType<NonNullable<TensorSource['packed']>['planes']>>) => object,
): TensorSource => ({
  ...tensor,
  packed: {
    ...tensor.packed!,
    planes: async (from, to) => {
      const planes = await tensor.packed!.planes(from, to);
      return { ...planes, ...change(planes) };
    },
  },
});

describe('codes are carried over', () => {
  test.each([
    ['gptq 4 bits, symmetric', 'Q4_0'],
    ['gptq 2 bits, zeros that borrow', 'Q4_0'],
    ['gptq of old, quantize_config.json', 'Q4_0'],
    ['gptq without g_idx', 'Q4_0'],
    ['awq', 'Q4_1'],
    ['auto-round as gptq', 'Q4_1'],
    ['compressed-tensors int4', 'Q4_0'],
    ['compressed-tensors int4, asymmetric', 'Q4_1'],
    ['compressed-tensors int8, one scale', 'Q8_0'],
    ['compressed-tensors mxfp4', 'MXFP4'],
    ['mlx 2-bit, group 32', 'Q4_1'],
    ['mlx 4-bit, group 32', 'Q4_1'],
    ['mlx 4-bit, group 64', 'Q4_1'],
    ['mlx MXFP4', 'MXFP4'],
    ['mlx NVFP4', 'NVFP4'],
  ])('%s as %s', async (kind, type) => {
    const tensors = await weightsOf(kind);
    const { kept, tensors: planned } = await plan(tensors);
    for (const [i, tensor] of tensors.entries()) {
      expect(kept[i]).toEqual({ name: tensor.name, type, cost: 'lossless' });
      const { source, sizeBytes } = planned[i]!;
      expect(source.sizeBytes).toBe(sizeBytes);
      const bytes = await source.read(0, sizeBytes);
      // Numbers, not bits: blocks have one zero of FP4.
      const got = formatByLabel(type)
        .decode(bytes)
        .map((v) => v + 0);
      const want = floats(await tensor.read(0, tensor.sizeBytes)).map((v) => v + 0);
      expect(Buffer.compare(Buffer.from(got.buffer), Buffer.from(want.buffer)), tensor.name).toBe(0);
      for (const [from, to] of [
        [0, 1],
        [37, 141],
        [sizeBytes - 40, sizeBytes],
      ])
        expect(Buffer.compare(await source.read(from!, to!), bytes.subarray(from!, to!)), `${from}`).toBe(0);
    }
  });

  test('asymmetric codes whose minimum float16 rounds are whole in 8 bits', async () => {
    const [awq] = (await weightsOf('awq')) as [TensorSource];
    const tensor = withPlanes(awq, (p) => ({ scales: p.scales.map(() => 1 + 2 ** -10) }));
    const { kept, tensors } = await plan([tensor]);
    expect(kept).toEqual([{ name: tensor.name, type: 'Q8_0', cost: 'lossless' }]);
    const got = formatByLabel('Q8_0').decode(await tensors[0]!.source.read(0, tensors[0]!.sizeBytes));
    const { codes, offsets, groupOf, cols, groups } = await tensor.packed!.planes(0, 1);
    expect([...got.subarray(0, cols)]).toEqual(
      [...codes.subarray(0, cols)].map((q, c) => (q - offsets![groupOf[c]!]!) * (1 + 2 ** -10)),
    );
    expect(groups).toBe(2);
  });

  test('heads that are interleaved and experts that are stacked', async () => {
    const [q] = (await weightsOf('gptq 4 bits, symmetric')) as [TensorSource];
    const { kept, tensors } = await plan([interleaveHeads(q, 4), stacked('experts.weight', [q, q])]);
    expect(kept.map((k) => `${k.type} ${k.cost}`)).toEqual(['Q4_0 lossless', 'Q4_0 lossless']);
    for (const { source, sizeBytes, type } of tensors) {
      const want = source.name === 'experts.weight' ? stacked('s', [q, q]) : interleaveHeads(q, 4);
      const got = formatByLabel(type.label).decode(await source.read(0, sizeBytes));
      expect(got).toEqual(floats(await want.read(0, want.sizeBytes)));
    }
  });

  test('floats keep their type, vectors become float32, and the file is named by what most of it is', async () => {
    const [q] = (await weightsOf('gptq 4 bits, symmetric')) as [TensorSource];
    const bytes = new Uint8Array(64);
    const half = (name: string, shape: number[]): TensorSource => ({
      name,
      shape,
      type: { id: 30, label: 'BF16', blockSize: 1, blockBytes: 2 },
      sizeBytes: 2 * shape.reduce((n, d) => n * d, 1),
      read: (a, b) => Promise.resolve(bytes.slice(a, b)),
    });
    const model = await plan([half('token_embd.weight', [8, 4]), half('output_norm.weight', [32]), q]);
    expect(model.kept.map((k) => `${k.name} ${k.type}`)).toEqual([
      'token_embd.weight BF16',
      'output_norm.weight F32',
      `${q.name} Q4_0`,
    ]);
    expect([model.fileType.label, model.metadata.get('general.file_type')?.value]).toEqual(['Q4_0', 2]);
  });
});

describe('what does not fit is rounded once, and named', () => {
  const odd = (i: number, value: number) => (scales: Float32Array) =>
    scales.map((s, at) => (at === i ? value : s));
  test.each<[string, string, (t: TensorSource) => TensorSource, RegExp]>([
    [
      'act-order',
      'gptq act-order',
      (t) => t,
      /^Q4_0: its groups are not of 32 consecutive weights, which share a scale in Q4_0; Q4_1: /,
    ],
    [
      'act-order of compressed-tensors',
      'compressed-tensors int4, asymmetric act-order',
      (t) => t,
      /groups are not of 32 consecutive/,
    ],
    [
      'a scale of bfloat16 beyond float16',
      'compressed-tensors int4',
      (t) => withPlanes(t, (p) => ({ scales: odd(3, 2 ** -27)(p.scales) })),
      /^Q4_0: the scale 7\.450580596923828e-9 is not exact in float16/,
    ],
    [
      'a scale that float16 rounds',
      'compressed-tensors int8, one scale',
      (t) => withPlanes(t, (p) => ({ scales: odd(0, 1 + 2 ** -12)(p.scales) })),
      /the scale 1\.000244140625 is not exact in float16/,
    ],
    [
      'a scale that is infinite in float16',
      'mlx 4-bit, group 64',
      (t) => withPlanes(t, (p) => ({ scales: odd(0, 70_000)(p.scales) })),
      /^Q4_1: the scale 70000 is not exact/,
    ],
    [
      'a minimum that float16 rounds',
      'mlx 4-bit, group 64',
      (t) => withPlanes(t, (p) => ({ offsets: odd(1, 0.1)(p.offsets!) })),
      /^Q4_1: the minimum 0\.1\d* is not exact/,
    ],
    [
      '8 bits around another zero point',
      'gptq 8 bits, one group',
      (t) => t,
      /^Q4_0: .*Q4_1: its codes have more than 4 bits; Q8_0: its codes are not around a zero point of 128/,
    ],
    ['five bits', 'mlx 5-bit, group 32', (t) => t, /^Q4_1: its codes have more than 4 bits/],
    [
      'rows of odd length',
      'compressed-tensors int4, odd sizes',
      (t) => t,
      /rows of 21 weights are no multiple of 32/,
    ],
    [
      'a scale of the whole tensor',
      'compressed-tensors nvfp4',
      (t) => t,
      /NVFP4: the scale .* is none of E4M3: one of the whole tensor is in it/,
    ],
    ['a factor of the whole tensor', 'modelopt nvfp4', (t) => t, /is none of E4M3/],
    [
      'a scale that is no power of two',
      'mlx MXFP4',
      (t) => withPlanes(t, (p) => ({ scales: odd(2, 3)(p.scales) })),
      /^MXFP4: the scale 3 is no power of two; NVFP4: /,
    ],
    ['values of FP8', 'fp8 static', (t) => t, /^MXFP4: no type of GGUF has its values/],
    ['NF4', 'bitsandbytes nf4', (t) => t, /^its blocks cross the ends of rows$/],
    ['LLM.int8', 'bitsandbytes LLM.int8', (t) => t, /^no type of GGUF multiplies as it does$/],
  ])('%s', async (_, kind, change, why) => {
    const [first] = (await weightsOf(kind)) as [TensorSource];
    const tensor = change(first);
    const { kept, tensors } = await plan([tensor]);
    expect(kept[0]).toMatchObject({ name: tensor.name, type: 'F16', cost: 'one rounding' });
    expect(kept[0]!.why).toMatch(why);
    expect(tensors[0]!.source).toBe(tensor);
  });

  test('a GGUF has nothing to keep', async () => {
    await expect(planKept({ ...modelOf([]), container: 'GGUF' })).rejects.toThrow(UnsupportedError);
  });
});
