// LoRA adapters as PEFT writes them: adapter_config.json and adapter_model.safetensors (or .bin). A module M of the model has
// M.lora_A.weight [r, in] and M.lora_B.weight [out, r]; embeddings M.lora_embedding_A [r, vocabulary] and _B [dim, r]; DoRA adds
// M.lora_magnitude_vector [out]; modules_to_save are whole tensors. Sources: peft/tuners/lora/layer.py and
// peft/utils/save_and_load.py, read for names and arithmetic.
import type { ByteSource } from '../../files/byte-source';
import { parseJson, isRecord } from '../../files/json';
import { readPyTorch } from '../../files/pytorch/read';
import { readSafetensors, type SafeTensor } from '../../files/safetensors/read';
import { MIB } from '../../util/bytes';
import { FileError, UnsupportedError } from '../../util/errors';
import { baseName } from '../../util/model-folder';
import { visible } from '../../util/foreign-text';
import { compilePattern } from '../names/pattern';
import { Settings } from '../parts/settings';

/** The change of one tensor. */
export type Change =
  | { readonly kind: 'replace'; readonly tensor: SafeTensor }
  | {
      readonly kind: 'add';
      /** [r, columns of B A]. */
      readonly a: SafeTensor;
      /** [rows of B A, r]. */
      readonly b: SafeTensor;
      readonly rank: number;
      /** Factor of B A. */
      readonly scale: number;
      /** The tensor is stored as the transposed of B A. */
      readonly isTransposed: boolean;
      /** Length of each row in the end, of DoRA. */
      readonly magnitude?: SafeTensor;
    };

/** An adapter, by the names that tensors have in the checkpoint. */
export interface Adapter {
  readonly label: string;
  readonly changes: ReadonlyMap<string, Change>;
}

const MAX_CONFIG = MIB;
const MAX_RANK = 8192;
const FLOATS = ['F32', 'F16', 'BF16'];
const PREFIX = 'base_model.model.';
const PART = /^(.+)\.lora_(A|B|embedding_A|embedding_B|magnitude_vector)(?:\.default)?(?:\.weight)?$/;
/** Starts that put something else in the place of the model's weights: the adapter means nothing without them. */
const OTHER_WEIGHTS = /^(pissa|olora|corda|loftq|lora_ga)/;
/** Settings of other kinds of adapters; set, they change what the tensors mean. */
const UNREAD = [
  'alora_invocation_tokens',
  'layer_replication',
  'target_parameters',
  'trainable_token_indices',
  'use_qalora',
  'lora_bias',
  'arrow_config',
];

async function configOf(files: readonly ByteSource[], label: string): Promise<Settings> {
  const file = files.find((f) => baseName(f.name) === 'adapter_config.json');
  if (!file)
    throw new FileError(
      `${label}: there is no adapter_config.json, expected a folder that PEFT wrote.`,
      'Take the whole folder of the adapter.',
    );
  if (file.sizeBytes > MAX_CONFIG)
    throw new FileError(`${file.name} has ${file.sizeBytes} bytes, expected at most ${MAX_CONFIG}.`);
  const { value } = parseJson(await file.read(0, file.sizeBytes), file.name);
  if (!isRecord(value))
    throw new FileError(`${file.name} holds no JSON object.`, 'Download the adapter again.');
  return new Settings(value, `${label}: adapter_config.json`);
}

/** Refuses what is no plain LoRA, by name. */
function checkKind(config: Settings): void {
  if (config.text('peft_type', 'missing') !== 'lora') throw config.unread('peft_type', 'LORA');
  if (config.text('bias', 'none') !== 'none') throw config.unread('bias', 'none');
  for (const key of UNREAD)
    if (config.has(key) && config.json[key] !== false) throw config.unread(key, 'nothing');
  const start = config.json.init_lora_weights;
  if (typeof start === 'string' && OTHER_WEIGHTS.test(start.toLowerCase()))
    throw config.unread('init_lora_weights', 'a start that leaves the weights of the model as they are');
}

/** A number for some modules and another for the rest; the first expression that fits a module counts. */
function byModule(config: Settings, key: string, patterns: string): (module: string) => number {
  const numberOf = (of: Settings, name: string): number => {
    const value = of.json[name];
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
    throw of.wrong(name, 'a number above 0');
  };
  const own = config.record(patterns);
  const rules = Object.keys(own?.json ?? {}).map((name) => ({
    matches: compilePattern(`(.*\\.)?(${name})$`),
    value: numberOf(own!, name),
  }));
  const usual = numberOf(config, key);
  return (module) => rules.find(({ matches }) => matches(module))?.value ?? usual;
}

async function tensorsOf(files: readonly ByteSource[], label: string): Promise<SafeTensor[]> {
  const named = (name: string) => files.find((f) => baseName(f.name) === name);
  const safe = named('adapter_model.safetensors');
  if (safe) return readSafetensors(safe);
  const torch = named('adapter_model.bin');
  if (torch) return readPyTorch(torch);
  throw new FileError(
    `${label}: there is neither adapter_model.safetensors nor adapter_model.bin.`,
    'Take the whole folder of the adapter.',
  );
}

/** Parts of a module by their names. */
type Parts = Map<string, SafeTensor>;

function addition(
  label: string,
  module: string,
  parts: Parts,
  expected: { rank: number; alpha: number },
  config: Settings,
) {
  const isEmbedding = parts.has('embedding_A') || parts.has('embedding_B');
  const [a, b] = isEmbedding
    ? [parts.get('embedding_A'), parts.get('embedding_B')]
    : [parts.get('A'), parts.get('B')];
  const bad = (what: string): never => {
    throw new FileError(`${label}: module "${visible(module)}" ${what}.`, 'Download the adapter again.');
  };
  if (!a || !b) return bad(`lacks its lora_${a ? 'B' : 'A'}`);
  const [rank = 0] = a.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || b.shape[1] !== rank || rank < 1 || rank > MAX_RANK)
    return bad(`has lora_A [${a.shape}] and lora_B [${b.shape}], expected [r, in] and [out, r]`);
  if (rank !== expected.rank) return bad(`is of rank ${rank}, but adapter_config.json says ${expected.rank}`);
  const magnitude = parts.get('magnitude_vector');
  if (config.flag('use_dora') !== Boolean(magnitude))
    return bad(
      magnitude ? 'has a lora_magnitude_vector without use_dora' : 'lacks its lora_magnitude_vector',
    );
  const isTransposed = isEmbedding || config.flag('fan_in_fan_out');
  if (magnitude && isTransposed)
    throw new UnsupportedError(
      `${label}: module "${visible(module)}" has DoRA of an embedding or a transposed weight, which cannot be merged.`,
      'Merge it with PEFT (merge_and_unload), and open the result.',
    );
  const scale = config.flag('use_rslora') ? expected.alpha / Math.sqrt(rank) : expected.alpha / rank;
  return { kind: 'add', a, b, rank, scale, isTransposed, ...(magnitude ? { magnitude } : {}) } as const;
}

/**
 * Reads an adapter of PEFT: headers only. Throws FileError for what does not fit together, UnsupportedError for adapters of
 * another kind, both by name.
 */
export async function readAdapter(files: readonly ByteSource[], label: string): Promise<Adapter> {
  const config = await configOf(files, label);
  checkKind(config);
  const rankOf = byModule(config, 'r', 'rank_pattern');
  const alphaOf = byModule(config, 'lora_alpha', 'alpha_pattern');
  const modules = new Map<string, Parts>();
  const changes = new Map<string, Change>();
  for (const tensor of await tensorsOf(files, label)) {
    if (!FLOATS.includes(tensor.type.label))
      throw new UnsupportedError(
        `${label}: tensor "${visible(tensor.name)}" is ${tensor.dtype}, expected F32, F16 or BF16.`,
        'Take the adapter as PEFT wrote it.',
      );
    const name = tensor.name.startsWith(PREFIX) ? tensor.name.slice(PREFIX.length) : tensor.name;
    // PEFT saves the embedding of the model beside an adapter of it, unchanged.
    if (name.endsWith('.base_layer.weight')) continue;
    const [, module, part] = PART.exec(name) ?? [];
    if (module === undefined) {
      changes.set(name.replace(/\.modules_to_save(\.default)?\./, '.'), { kind: 'replace', tensor });
      continue;
    }
    const parts = modules.get(module) ?? new Map<string, SafeTensor>();
    modules.set(module, parts.set(part!, tensor));
  }
  for (const [module, parts] of modules) {
    const expected = { rank: rankOf(module), alpha: alphaOf(module) };
    changes.set(`${module}.weight`, addition(label, module, parts, expected, config));
  }
  const saved = config.texts('modules_to_save');
  for (const [name, { kind }] of changes) {
    const module = name.replace(/\.(weight|bias)$/, '');
    if (kind === 'replace' && !saved.some((s) => module === s || module.endsWith(`.${s}`)))
      throw new UnsupportedError(
        `${label}: tensor "${visible(name)}" is no part of a LoRA, and adapter_config.json does not name it in modules_to_save.`,
        'Merge the adapter with PEFT (merge_and_unload), and open the result.',
      );
  }
  if (changes.size === 0)
    throw new FileError(`${label}: there is no tensor in the adapter.`, 'Download it again.');
  return { label, changes };
}
