import { describe, expect, test } from 'vitest';
import { memorySource } from '../../files/byte-source';
import type { TensorSource } from '../../files/model-file';
import { readSafetensors } from '../../files/safetensors/read';
import { openModel } from '../../pipeline/open';
import { type AdapterOptions, type AdapterShape, madeAdapter } from '../../testing/files/lora-adapter';
import { floatTensor, jsonFile, type NamedBytes, safetensorsFile } from '../../testing/safetensors-file';
import { testSandbox } from '../../testing/text/sandbox';
import { huggingFaceFolder } from '../../testing/tiny-folder';
import { noise } from '../../util/random';
import { SMALL, tinyGguf } from '../../../bench/models/tiny-llama';
import { readAdapter } from './adapter';
import { merged } from './merge';

const sourcesOf = (files: readonly NamedBytes[]) => files.map((f) => memorySource(f.path, f.bytes));
const shapes: readonly AdapterShape[] = [
  { module: 'model.layers.0.self_attn.q_proj', rows: 24, cols: 40, rank: 4 },
  { module: 'model.layers.0.mlp.up_proj', rows: 7, cols: 33, rank: 4 },
  { module: 'model.embed_tokens', rows: 50, cols: 24, rank: 4, kind: 'embedding' },
];
const bases = new Map(shapes.map((s, i) => [s.module, noise(s.rows * s.cols, 100 + i)]));
async function baseTensors(dtype: 'F32' | 'F16' = 'F32'): Promise<TensorSource[]> {
  const tensors = shapes.map((s) =>
    floatTensor(
      `${s.module}.weight`,
      [s.rows, s.cols],
      dtype,
      bases.get(s.module) as Float32Array<ArrayBuffer>,
    ),
  );
  return readSafetensors(memorySource('m', safetensorsFile('m', tensors).bytes));
}
const floatsOf = async (tensor: TensorSource): Promise<Float32Array> =>
  new Float32Array((await tensor.read(0, tensor.sizeBytes)).slice().buffer);
const linear = shapes.slice(0, 2);

test.each<[string, readonly AdapterShape[], AdapterOptions]>([
  ['as most are', shapes, {}],
  ['in float16', shapes, { dtype: 'F16' }],
  ['in bfloat16', shapes, { dtype: 'BF16' }],
  ['with rsLoRA', shapes, { rslora: true }],
  ['with DoRA', linear, { dora: true }],
  ['of transposed weights', linear, { transposed: true }],
  [
    'with an alpha for some modules, the first that fits',
    shapes,
    {
      alphas: { 'mlp.up_proj': 3, 'layers.0.*up_proj': 5, q_proj: 64 },
      alphaOf: (m) => (m.endsWith('up_proj') ? 3 : m.endsWith('q_proj') ? 64 : 16),
    },
  ],
  [
    'with a rank for some modules',
    [shapes[0]!, { ...shapes[1]!, rank: 2 }],
    { more: { r: 4, rank_pattern: { 'model.layers.0.mlp.up_proj': 2 } } },
  ],
])('an adapter %s is merged in double precision and rounded once', async (_, some, options) => {
  const made = madeAdapter(some, options);
  const adapter = await readAdapter(sourcesOf(made.files), 'adapter');
  const out = merged(await baseTensors(), [{ adapter, scale: 1 }]);
  for (const { module, rows, cols } of some) {
    const tensor = out.find((t) => t.name === `${module}.weight`)!;
    expect([tensor.type.label, tensor.shape]).toEqual(['F32', [rows, cols]]);
    const got = await floatsOf(tensor);
    const want = made.merge(module, bases.get(module)!);
    // Sums in another order differ in their last bit of double precision, seldom in one of float32.
    for (let i = 0; i < want.length; i++)
      expect(Math.abs(got[i]! - want[i]!)).toBeLessThan(1e-6 * Math.abs(want[i]!) + 1e-9);
    const bytes = await tensor.read(0, tensor.sizeBytes);
    const [from, to] = [Math.floor(bytes.length / 3) + 1, Math.floor(bytes.length / 2)];
    expect(await tensor.read(from, to)).toEqual(bytes.slice(from, to));
  }
  const untouched = out.filter((t) => !some.some((s) => t.name.startsWith(s.module)));
  for (const t of untouched) expect(await floatsOf(t)).toEqual(bases.get(t.name.replace('.weight', '')));
});

test('a strength multiplies what an adapter adds, and several add up', async () => {
  const [one, two] = [madeAdapter(shapes, { seed: 3 }), madeAdapter(linear, { seed: 77 })];
  const [a, b] = await Promise.all([one, two].map((m) => readAdapter(sourcesOf(m.files), 'adapter')));
  const base = await baseTensors();
  const half = merged(base, [{ adapter: a!, scale: 0.5 }]);
  const both = merged(base, [
    { adapter: a!, scale: 1 },
    { adapter: b!, scale: 1 },
  ]);
  for (const { module } of linear) {
    const w = bases.get(module)!;
    const whole = one.merge(module, w);
    const [gotHalf, gotBoth] = await Promise.all(
      [half, both].map((out) => floatsOf(out.find((t) => t.name === `${module}.weight`)!)),
    );
    const want = two.merge(module, whole);
    for (let i = 0; i < w.length; i++) {
      expect(gotHalf![i]).toBeCloseTo((w[i]! + whole[i]!) / 2, 5);
      expect(gotBoth![i]).toBeCloseTo(want[i]!, 5);
    }
  }
});

describe('a folder with an adapter', () => {
  const files = huggingFaceFolder({ ...SMALL, type: 'F16' });
  const weights = files.find((f) => f.path.endsWith('.safetensors'))!;
  test('is the model of the merged weights, and says so', async () => {
    const stored = await readSafetensors(memorySource('m', weights.bytes));
    const chosen = stored.filter((t) => /q_proj|k_proj|down_proj/.test(t.name));
    const made = madeAdapter(
      chosen.map((t) => ({
        module: t.name.replace('.weight', ''),
        rows: t.shape[0]!,
        cols: t.shape[1]!,
        rank: 2,
      })),
      { alpha: 1 },
    );
    const adapter = await readAdapter(sourcesOf(made.files), 'my adapter');
    const work = { sandbox: testSandbox, adapters: [{ adapter, scale: 1 }] };
    const model = await openModel(sourcesOf(files), 'tiny', {}, work);
    expect(model.notes.join('\n')).toContain(
      `my adapter is merged into ${chosen.length} tensors in float32.`,
    );
    const { merge } = made;
    const plain = await Promise.all(
      stored.map(async (t) => {
        const bytes = await t.read(0, t.sizeBytes);
        if (!chosen.includes(t)) return { name: t.name, shape: t.shape, dtype: t.dtype, bytes };
        const [same] = merged([t], []);
        const values = merge(t.name.replace('.weight', ''), await halves(same!));
        return floatTensor(t.name, t.shape, 'F32', values as Float32Array<ArrayBuffer>);
      }),
    );
    const folder = files.map((f) => (f === weights ? safetensorsFile(f.path, plain) : f));
    const want = await openModel(sourcesOf(folder), 'tiny', {}, { sandbox: testSandbox });
    expect(model.tensors.map((t) => [t.name, t.type.label])).toEqual(
      want.tensors.map((t) => [t.name, t.type.label]),
    );
    for (const [i, t] of model.tensors.entries()) {
      if (t.type.label !== 'F32') continue;
      const [got, expected] = [await floatsOf(t), await floatsOf(want.tensors[i]!)];
      for (let k = 0; k < got.length; k++)
        expect(Math.abs(got[k]! - expected[k]!), t.name).toBeLessThan(1e-6 * Math.abs(expected[k]!) + 1e-9);
    }
  });

  test('a GGUF takes none yet', async () => {
    const adapter = await readAdapter(sourcesOf(madeAdapter(shapes).files), 'adapter');
    const source = memorySource('m.gguf', tinyGguf({ ...SMALL, type: 'F16' }));
    await expect(
      openModel([source], 'm.gguf', {}, { sandbox: testSandbox, adapters: [{ adapter, scale: 1 }] }),
    ).rejects.toThrow(/not into a GGUF yet/);
  });
});

async function halves(tensor: TensorSource): Promise<Float32Array> {
  const { asFloat32 } = await import('../../model/convert/tensors/lazy');
  return floatsOf(asFloat32(tensor));
}

describe('an adapter is refused by name', () => {
  const good = madeAdapter(linear);
  const [config, weights] = good.files as [NamedBytes, NamedBytes];
  const json = JSON.parse(new TextDecoder().decode(config.bytes)) as object;
  const withConfig = (more: object) => [jsonFile(config.path, { ...json, ...more }), weights];
  const withTensors = (...tensors: Parameters<typeof safetensorsFile>[1]) => [
    config,
    safetensorsFile(weights.path, tensors),
  ];
  const zeros = (name: string, ...shape: number[]) =>
    floatTensor(`base_model.model.${name}`, shape, 'F32', new Float32Array(shape.reduce((a, b) => a * b, 1)));
  test.each<[string, readonly NamedBytes[], RegExp]>([
    ['no config', [weights], /there is no adapter_config\.json/],
    ['no weights', [config], /neither adapter_model\.safetensors nor/],
    ['a list for a config', [jsonFile(config.path, []), weights], /holds no JSON object/],
    ['another kind', withConfig({ peft_type: 'IA3' }), /"peft_type" is IA3/],
    ['biases', withConfig({ bias: 'all' }), /"bias" is all/],
    [
      'a start that changes the base',
      withConfig({ init_lora_weights: 'pissa_niter_4' }),
      /init_lora_weights/,
    ],
    ['tokens that switch it on', withConfig({ alora_invocation_tokens: [1] }), /alora_invocation_tokens/],
    ['a rank that is no number', withConfig({ r: 'eight' }), /"r" is eight/],
    ['an alpha of zero', withConfig({ lora_alpha: 0 }), /"lora_alpha" is 0/],
    ['another rank than its tensors', withConfig({ r: 8 }), /is of rank 4, but adapter_config\.json says 8/],
    ['DoRA without lengths', withConfig({ use_dora: true }), /lacks its lora_magnitude_vector/],
    ['half of a module', withTensors(zeros('m.lora_A.weight', 4, 8)), /lacks its lora_B/],
    [
      'factors of two ranks',
      withTensors(zeros('m.lora_A.weight', 4, 8), zeros('m.lora_B.weight', 8, 3)),
      /expected \[r, in\]/,
    ],
    ['no tensor', withTensors(), /there is no tensor/],
    [
      'a tensor that is none of it',
      withTensors(zeros('lm_head.weight', 4, 8)),
      /does not name it in modules_to_save/,
    ],
    [
      'integers',
      withTensors({ name: 'x.lora_A.weight', shape: [1, 1], dtype: 'I32', bytes: new Uint8Array(4) }),
      /is I32, expected F32/,
    ],
  ])('with %s', async (_, files, message) => {
    await expect(readAdapter(sourcesOf(files), 'adapter')).rejects.toThrow(message);
  });

  test('of another model, and with a strength that means nothing', async () => {
    const base = await baseTensors();
    const other = await readAdapter(
      sourcesOf(madeAdapter([{ ...shapes[0]!, module: 'other' }]).files),
      'adapter',
    );
    expect(() => merged(base, [{ adapter: other, scale: 1 }])).toThrow(
      /changes "other\.weight", which the model does not have/,
    );
    const wide = await readAdapter(sourcesOf(madeAdapter([{ ...shapes[0]!, cols: 41 }]).files), 'adapter');
    expect(() => merged(base, [{ adapter: wide, scale: 1 }])).toThrow(
      /is \[24,41\], but the model's tensor is \[24,40\]/,
    );
    const dora = await readAdapter(sourcesOf(madeAdapter(linear, { dora: true }).files), 'adapter');
    expect(() => merged(base, [{ adapter: dora, scale: 0.5 }])).toThrow(/a strength of 0.5/);
  });

  test("whole tensors take the place of the model's", async () => {
    const values = noise(24 * 40, 9);
    const files = [
      jsonFile(config.path, { ...json, modules_to_save: ['q_proj'] }),
      safetensorsFile(weights.path, [
        floatTensor('base_model.model.model.layers.0.self_attn.q_proj.weight', [24, 40], 'F32', values),
      ]),
    ];
    const adapter = await readAdapter(sourcesOf(files), 'adapter');
    const [first] = merged(await baseTensors('F16'), [{ adapter, scale: 1 }]);
    expect(await floatsOf(first!)).toEqual(values);
  });
});
