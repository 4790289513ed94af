import { isDeepStrictEqual } from 'node:util';
import { type Adapter, readAdapter } from '../../../checkpoint/lora/adapter';
import { merged } from '../../../checkpoint/lora/merge';
import { memorySource } from '../../../files/byte-source';
import { readSafetensors } from '../../../files/safetensors/read';
import { NibbleError } from '../../../util/errors';
import { type AdapterShape, madeAdapter } from '../../files/lora-adapter';
import { floatTensor, type NamedBytes, safetensorsFile } from '../../safetensors-file';
import type { Chooser } from '../chooser';
import { jsonText, mutateBytes, mutateJson, type Words } from '../mutate-json';
import { fuzzer, rule } from '../reader';

const words: Words = {
  keys: [
    'r',
    'lora_alpha',
    'bias',
    'use_dora',
    'use_rslora',
    'rank_pattern',
    'alpha_pattern',
    'modules_to_save',
    'peft_type',
    'q_proj',
    '(',
    '.*',
  ],
  values: [
    'LORA',
    'none',
    'all',
    'pissa',
    true,
    false,
    null,
    0,
    1,
    4,
    0.5,
    ['q_proj'],
    { q_proj: 2 },
    { '(a+)+$': 2 },
  ],
};
/** The sizes of a base with three weights. */
const BASE = { 'l.0.q_proj': [6, 8], 'l.0.up_proj': [5, 8], embed: [9, 6] } as const;
type Module = keyof typeof BASE;
const MODULES = Object.keys(BASE) as Module[];

/** Files of an adapter; `merge` gives what it makes of a weight if nothing was mutated. */
interface Input {
  readonly files: readonly NamedBytes[];
  readonly made?: {
    readonly modules: readonly Module[];
    merge(module: string, base: Float32Array): Float32Array;
  };
}

const baseOf = (module: Module): Float32Array<ArrayBuffer> => {
  const [rows, cols] = BASE[module];
  return Float32Array.from({ length: rows * cols }, (_, i) => ((i * 37) % 19) / 8 - 1);
};

const PARTS = [
  'weight',
  'weight',
  'lora_A.weight',
  'lora_B.weight',
  'lora_magnitude_vector',
  'base_layer.weight',
  'lora_embedding_A',
];
/** Tensors of any shape, of modules that there are, and of one that there is not. */
function oddTensors(r: Chooser) {
  const module = r.pick([...MODULES, 'other'] as const);
  const rank = 1 + r.below(3);
  const [rows, cols] = module === 'other' || r.oneIn(4) ? [r.below(4), 8] : BASE[module];
  const shapeOf = (part: string): number[] => {
    if (r.oneIn(8)) return [r.below(3)];
    if (part === 'lora_A.weight') return [rank, cols];
    if (part === 'lora_B.weight') return [rows, r.oneIn(8) ? rank + 1 : rank];
    return part === 'lora_magnitude_vector' ? [r.oneIn(2) ? rows : 1] : [rows, cols];
  };
  const parts = r.oneIn(2) ? ['lora_A.weight', 'lora_B.weight'] : [r.pick(PARTS), r.pick(PARTS)];
  if (r.oneIn(3)) parts.push('lora_magnitude_vector');
  return [...new Set(parts)].map((part) => {
    const shape = shapeOf(part);
    const name = `base_model.model.${module}.${part}`;
    const count = shape.reduce((a, b) => a * b, 1);
    if (r.oneIn(20)) return { name, shape, dtype: 'I32', bytes: new Uint8Array(4 * count) };
    return floatTensor(name, shape, 'F32', new Float32Array(count).fill(0.5));
  });
}

function make(r: Chooser): Input {
  const isTransposed = r.oneIn(8);
  const isDora = !isTransposed && r.oneIn(5);
  const modules = MODULES.filter((m) => !r.oneIn(3) && !((isDora || isTransposed) && m === 'embed'));
  const rank = 1 + r.below(4);
  const shapes = modules.map((module): AdapterShape => {
    const [rows, cols] = BASE[module];
    return { module, rows, cols, rank, ...(module === 'embed' ? { kind: 'embedding' as const } : {}) };
  });
  const { files, merge } = madeAdapter(shapes, {
    alpha: 1 + r.below(30),
    dtype: r.pick(['F32', 'F16', 'BF16']),
    rslora: r.oneIn(3),
    dora: isDora,
    transposed: isTransposed,
    seed: 1 + r.below(1000),
    more: { r: rank, ...(r.oneIn(6) ? { rank_pattern: { q_proj: rank } } : {}) },
  });
  const [config, weights] = files as [NamedBytes, NamedBytes];
  if (r.oneIn(3)) return modules.length > 0 ? { files, made: { modules, merge } } : { files };
  const out: NamedBytes[] = [];
  const stated = JSON.parse(new TextDecoder().decode(config.bytes)) as Record<string, unknown>;
  if (r.oneIn(3)) stated.modules_to_save = ['q_proj', 'other', 'embed'];
  if (r.oneIn(4)) Object.assign(stated, { r: 1 + r.below(3), use_dora: r.oneIn(2) });
  if (r.oneIn(20)) stated.init_lora_weights = r.pick(['pissa', 'gaussian']);
  const json = r.oneIn(2) ? stated : mutateJson(r, stated, words);
  if (!r.oneIn(30)) out.push({ path: config.path, bytes: new TextEncoder().encode(jsonText(json)) });
  if (!r.oneIn(30)) {
    const path = r.oneIn(30) ? 'adapter/adapter_model.bin' : weights.path;
    const bytes = r.oneIn(2) ? safetensorsFile(path, oddTensors(r)).bytes : weights.bytes;
    out.push({ path, bytes: r.oneIn(3) ? mutateBytes(r, bytes) : bytes });
  }
  return { files: out };
}

export const reader = fuzzer<Input, Adapter>({
  name: 'adapter',
  sources: ['src/checkpoint/lora/adapter.ts', 'src/checkpoint/lora/merge.ts'],
  inputs: 1_000_000,
  make,
  async read({ files, made }) {
    const sources = files.map((f) => memorySource(f.path, f.bytes));
    try {
      return await readAdapter(sources, 'adapter');
    } catch (error) {
      if (made) throw new Error(`refused, though nothing is wrong with it: ${String(error)}`);
      throw error;
    }
  },
  check: async ({ made }, adapter) => {
    rule(adapter.changes.size > 0, 'an adapter changes something');
    const tensors = MODULES.map((m) => floatTensor(`${m}.weight`, BASE[m], 'F32', baseOf(m)));
    const base = await readSafetensors(memorySource('base', safetensorsFile('base', tensors).bytes));
    let out: ReturnType<typeof merged>;
    try {
      // A strength that a mutated adapter may have no meaning for.
      if (!made) merged(base, [{ adapter, scale: 0.5 }]);
      out = merged(base, [{ adapter, scale: 1 }]);
      for (const t of out)
        rule((await t.read(0, t.sizeBytes)).length === t.sizeBytes, `all of ${t.name} is there`);
    } catch (error) {
      // Of a mutated adapter it may be said that it fits another model, or that its file is damaged.
      if (!made && error instanceof NibbleError) return;
      throw error;
    }
    rule(
      isDeepStrictEqual(
        out.map((t) => [t.name, t.shape]),
        base.map((t) => [t.name, t.shape]),
      ),
      'names and shapes stay',
    );
    if (!made) return;
    for (const m of MODULES) {
      const tensor = out.find((t) => t.name === `${m}.weight`)!;
      const got = new Float32Array((await tensor.read(0, tensor.sizeBytes)).slice().buffer);
      const want = made.modules.includes(m) ? made.merge(m, baseOf(m)) : baseOf(m);
      for (let i = 0; i < want.length; i++)
        rule(Math.abs(got[i]! - want[i]!) <= 1e-5 * Math.abs(want[i]!) + 1e-6, `${m} is merged right`);
    }
  },
  show: ({ files }) => files.map((f) => `${f.path}: ${Buffer.from(f.bytes).toString('base64')}`).join('\n'),
});
