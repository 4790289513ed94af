import { dequantized } from '../../../checkpoint/registry';
import { memorySource } from '../../../files/byte-source';
import { isRecord, type Json, parseJson } from '../../../files/json';
import type { TensorSource } from '../../../files/model-file';
import { readSafetensors } from '../../../files/safetensors/read';
import { withoutDoubles } from '../../../model/convert/tensors/lazy';
import { encodeUtf8 } from '../../../util/utf8';
import { quantizedKinds } from '../../quantized/kinds';
import type { Made } from '../../quantized/maker';
import { safetensorsFile, type StoredTensor } from '../../safetensors-file';
import type { Chooser } from '../chooser';
import { jsonText, mutateBytes, mutateJson, type Words } from '../mutate-json';
import { DTYPES, ENDINGS, PATTERNS, SETTINGS, WIDTHS } from '../quantized-words';
import { fuzzer, rule } from '../reader';

/** A checkpoint, and its exact values while nothing of it was mutated. */
interface Input {
  readonly kind: string;
  readonly config: Json;
  readonly files: Readonly<Record<string, Json>>;
  readonly tensors: readonly StoredTensor[];
  readonly expected: Made['expected'] | undefined;
  /** Places to read a piece from. */
  readonly places: readonly number[];
}

const made = quantizedKinds.map((kind) => ({
  kind: kind.name,
  made: kind.make(
    kind.modules.map((m) => ({ ...m, rows: Math.min(m.rows, 32), cols: Math.min(m.cols, 64) })),
  ),
}));

/** Every object of a tree. */
const objectsOf = (value: unknown): Json[] =>
  Array.isArray(value)
    ? value.flatMap(objectsOf)
    : isRecord(value)
      ? [value, ...Object.values(value).flatMap(objectsOf)]
      : [];

/** Sets what a setting may be, where one stands already or anywhere; expressions where names of modules are. */
function mutateSetting(r: Chooser, json: Json): void {
  const objects = objectsOf(json);
  const pattern = r.pick(PATTERNS);
  const rule = r.pick<unknown>([{ bits: r.pick([2, 4, 8]) }, {}, { group_size: 32 }, 4]);
  if (r.oneIn(3)) {
    const target = r.pick(objects);
    const [key, value] = r.pick<readonly [string, unknown]>([
      ['ignore', [`re:${pattern}`]],
      ['targets', [`re:${pattern}`]],
      ['targets', [r.pick(['Linear', 'Embedding', 'x'])]],
      ['dynamic', { [`${r.pick(['+:', '-:', ''])}${pattern}`]: rule }],
      ['extra_config', { [pattern]: rule }],
    ]);
    target[key] = structuredClone(value);
    return;
  }
  const key = r.pick(Object.keys(SETTINGS));
  const holders = objects.filter((o) => key in o);
  r.pick(holders.length > 0 ? holders : objects)[key] = structuredClone(r.pick(SETTINGS[key]!));
}

const words: Words = {
  keys: [
    ...Object.keys(SETTINGS),
    'dynamic',
    'extra_config',
    'config_groups',
    'targets',
    'weights',
    'ignore',
    'compression_config',
  ],
  values: [...Object.values(SETTINGS).flat(), ...PATTERNS.map((p) => `re:${p}`)],
};

/** The JSON of a quant_state; nothing where bytes were mutated before. */
function stateOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

function mutateTensor(r: Chooser, tensor: StoredTensor): StoredTensor {
  const { name, shape, dtype, bytes } = tensor;
  const module = name.slice(0, name.lastIndexOf('.'));
  switch (r.below(6)) {
    case 0:
      return { ...tensor, name: `${r.oneIn(6) ? 'lm_head' : module}.${r.pick(ENDINGS)}` };
    case 1: {
      const other = r.pick(DTYPES);
      const cut = Math.floor(bytes.length / (WIDTHS[other] ?? 4));
      return r.oneIn(2)
        ? { ...tensor, dtype: other }
        : { name, dtype: other, shape: [cut], bytes: bytes.slice(0, cut * (WIDTHS[other] ?? 4)) };
    }
    case 2:
      return {
        ...tensor,
        shape: r.pick([
          [...shape].reverse(),
          [shape.reduce((a, b) => a * b, 1)],
          [1, ...shape],
          [...shape, 1],
          [],
        ]),
      };
    case 3: {
      // Another count of rows, with as many bytes.
      const rows = Math.max(0, (shape[0] ?? 1) + r.pick([-1, 1, -8, 8]));
      const each = bytes.length / Math.max(1, shape[0] ?? 1);
      const out = new Uint8Array(rows * each);
      out.set(bytes.subarray(0, out.length));
      return { name, dtype, shape: [rows, ...shape.slice(1)], bytes: out };
    }
    case 4: {
      if (name.endsWith('g_idx') && bytes.length >= 4 && r.oneIn(2)) {
        const copy = bytes.slice();
        new DataView(copy.buffer).setInt32(r.below(bytes.length >> 2) * 4, r.pick([1, 2, 3, 4, -1]), true);
        return { ...tensor, bytes: copy };
      }
      const out = mutateBytes(r, bytes);
      // Of the same length again: the bytes are mean, not the header.
      const same = new Uint8Array(bytes.length);
      same.set(out.subarray(0, bytes.length));
      return { ...tensor, bytes: same };
    }
    default: {
      const state = name.includes('quant_state') ? stateOf(bytes) : undefined;
      if (state !== undefined) {
        const choices = { keys: words.keys, values: [64, 8, 0, [40, 80], [-1, 2]] };
        const text = encodeUtf8(jsonText(mutateJson(r, state, choices)));
        return { ...tensor, shape: [text.length], bytes: text };
      }
      return { ...tensor, bytes: new Uint8Array(bytes.length).fill(r.pick([0, 255, 127, 1])) };
    }
  }
}

function settingsOf(r: Chooser, json: Json): Json {
  const copy = structuredClone(json);
  if (!r.oneIn(3)) for (let n = r.few(); n > 0; n--) mutateSetting(r, copy);
  if (!r.oneIn(4)) return copy;
  // A copy of the words, too: what is put in a tree is mutated with it.
  const out = mutateJson(r, copy, structuredClone(words));
  return isRecord(out) ? out : { quantization_config: out };
}

function make(r: Chooser): Input {
  const { kind, made: whole } = r.pick(made);
  const places = Array.from({ length: 4 }, () => r.below(9000));
  const files = whole.files ?? {};
  if (r.oneIn(10))
    return { kind, config: whole.config, files, tensors: whole.tensors, expected: whole.expected, places };
  const tensors = [...whole.tensors];
  let [config, others] = [whole.config, files];
  if (r.oneIn(2)) config = settingsOf(r, config);
  if (Object.keys(files).length > 0 && r.oneIn(2))
    others = Object.fromEntries(Object.entries(files).map(([name, json]) => [name, settingsOf(r, json)]));
  if (r.oneIn(30) && isRecord(config.quantization_config))
    config = { compression_config: config.quantization_config };
  if (r.oneIn(12)) others = { ...others, 'quantize_config.json': { bits: 4, group_size: 32 } };
  if (r.oneIn(2))
    for (let n = r.few(); n > 0 && tensors.length > 0; n--) {
      const at = r.below(tensors.length);
      if (r.oneIn(10)) tensors.splice(at, 1);
      else if (r.oneIn(12)) tensors.push(r.pick(r.pick(made).made.tensors));
      else tensors[at] = mutateTensor(r, tensors[at]!);
    }
  // Each name once: the reader of safetensors sees to that.
  const named = [...new Map(tensors.map((t) => [t.name, t])).values()];
  return { kind, config, files: others, tensors: named, expected: undefined, places };
}

interface Accepted {
  readonly tensors: readonly TensorSource[];
  readonly wholes: readonly Uint8Array<ArrayBuffer>[];
}

/** True if bytes of floats may be no number: then neither is what is made of them. */
function holdsNoNumber({ dtype, bytes }: StoredTensor): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.length / 2);
  const halves = Array.from({ length: count }, (_, i) => view.getUint16(i * 2, true));
  if (dtype === 'F16') return halves.some((h) => (h & 0x7c00) === 0x7c00);
  if (dtype === 'BF16') return halves.some((h) => (h & 0x7f80) === 0x7f80);
  if (dtype === 'F32') return halves.some((h, i) => i % 2 === 1 && (h & 0x7f80) === 0x7f80);
  return dtype === 'F64' || bytes.some((b) => (b & 0x7c) === 0x7c);
}

/** Throws unless the groups that g_idx names are groups that have scales. */
function checkGroups(stored: readonly StoredTensor[], left: ReadonlySet<string>): void {
  const byName = new Map(stored.map((t) => [t.name, t]));
  for (const { name, bytes } of stored) {
    const [, module, kind] = /^(.*)\.(g_idx|weight_g_idx)$/.exec(name) ?? [];
    if (module === undefined || left.has(name)) continue;
    const isGptq = kind === 'g_idx';
    const scales = byName.get(`${module}.${isGptq ? 'scales' : 'weight_scale'}`);
    const groups = new Int32Array(bytes.slice().buffer);
    const count = (isGptq ? scales?.shape[0] : scales?.shape[1]) ?? 0;
    rule(
      groups.every((g) => g >= 0 && g < count),
      `${name} names groups of ${count}`,
    );
  }
}

export const reader = fuzzer<Input, Accepted>({
  name: 'quantized-checkpoint',
  sources: [
    ...[
      'registry',
      'gptq/gptq',
      'gptq/overrides',
      'gptq/weight',
      'awq/awq',
      'auto-round/auto-round',
      'modelopt/modelopt',
    ],
    ...['compressed-tensors/compressed-tensors', 'compressed-tensors/schemes', 'compressed-tensors/integers'],
    ...[
      'compressed-tensors/floats',
      'fp8/fp8',
      'fp8/scaled',
      'bitsandbytes/four-bit',
      'bitsandbytes/int8',
      'mlx/mlx',
    ],
    ...[
      'bitsandbytes/bitsandbytes',
      'mlx/weight',
      'names/names',
      'names/pattern',
      'parts/stored',
      'parts/settings',
    ],
    ...[
      'parts/lazy-weight',
      'parts/planes',
      'parts/fields',
      'parts/stripes',
      'parts/small-floats',
      'parts/four-bit-floats',
    ],
  ].map((name) => `src/checkpoint/${name}.ts`),
  inputs: 100_000,
  make,
  async read({ tensors, config, files }) {
    const file = safetensorsFile('m/model.safetensors', tensors);
    // As a file has it: texts that no UTF-8 holds are refused by the reader of JSON.
    const asFile = (json: Json, name: string): Json => {
      const { value } = parseJson(encodeUtf8(jsonText(json)), `m/${name}`);
      return isRecord(value) ? value : {};
    };
    const read = await readSafetensors(memorySource(file.path, file.bytes));
    const all = await dequantized(read.map(withoutDoubles), {
      label: 'm',
      config: asFile(config, 'config.json'),
      json: async (name) => (Object.hasOwn(files, name) ? asFile(files[name]!, name) : undefined),
    });
    const wholes: Uint8Array<ArrayBuffer>[] = [];
    for (const tensor of all.tensors) wholes.push(await tensor.read(0, tensor.sizeBytes));
    return { tensors: all.tensors, wholes };
  },
  async check({ expected, tensors: stored, places }, { tensors, wholes }) {
    rule(new Set(tensors.map((t) => t.name)).size === tensors.length, 'each weight has a name of its own');
    const names = new Set(stored.map((t) => t.name));
    checkGroups(stored, new Set(tensors.map((t) => t.name)));
    const mayFail = stored.some(holdsNoNumber);
    for (const [i, tensor] of tensors.entries()) {
      const whole = wholes[i]!;
      rule(whole.length === tensor.sizeBytes, `all of ${tensor.name} is there`);
      const count = tensor.shape.reduce((n, d) => n * d, 1);
      if (!names.has(tensor.name)) rule(tensor.sizeBytes === count * 4, `${tensor.name} is float32`);
      if (tensor.type.label === 'F32' && !mayFail)
        rule(
          new Float32Array(whole.slice().buffer).every(Number.isFinite),
          `${tensor.name} is made of numbers, and numbers`,
        );
      for (const place of places) {
        const from = Math.min(place, tensor.sizeBytes);
        const to = Math.min(tensor.sizeBytes, from + 1 + (place % 700));
        const piece = Buffer.from(await tensor.read(from, to));
        rule(
          piece.equals(whole.subarray(from, to)),
          `bytes ${from} to ${to} of ${tensor.name} are those of the whole`,
        );
      }
    }
    if (!expected) return;
    rule(tensors.length === expected.size, 'all weights are there');
    for (const [i, { name }] of tensors.entries()) {
      const want = expected.get(name);
      rule(want !== undefined && Buffer.from(want.buffer).equals(wholes[i]!), `${name} has its exact values`);
    }
  },
  show: ({ kind, config, files, tensors }) =>
    `${kind} ${jsonText(config).slice(0, 1500)} ${jsonText(files).slice(0, 500)}\n${tensors.map((t) => `${t.name} ${t.dtype} [${t.shape}] ${t.bytes.length}`).join('\n')}`,
});
