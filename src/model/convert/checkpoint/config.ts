import { isRecord, type Json } from '../../../files/json';
import { FileError } from '../../../util/errors';

const asRecord = (v: unknown): Json => (isRecord(v) ? v : {});

/** Above any dimension of a model. */
const MAX_DIMENSION = 2 ** 20;
/** Above any vocabulary. */
const MAX_TOKENS = 2 ** 21;

/** The config of a wrapped text model. Source of the places, of which the last wins: load_hparams. */
function textConfig(json: Json): Json {
  const thinker = asRecord(json.thinker_config).text_config;
  const inner = [json.text_config, json.llm_config, json.lm_config, thinker, json.language_config, json.lfm];
  return asRecord(inner.findLast(isRecord));
}

/** Keys of `kind` that older files have at the root, by the names that stand for them there. */
const AT_ROOT: Readonly<Record<string, readonly string[]>> = {
  rope_theta: [
    'global_rope_theta',
    'rope_global_theta',
    'rope_theta_global',
    'rope_theta',
    'rotary_emb_base',
  ],
  partial_rotary_factor: ['partial_rotary_factor', 'rope_pct'],
  original_max_position_embeddings: ['original_max_position_embeddings'],
};
const LOCAL_THETA = [
  'local_rope_theta',
  'rope_local_theta',
  'rope_theta_local',
  'swa_rope_theta',
  'rope_local_base_freq',
];

/**
 * config.json as in convert_hf_to_gguf.py: the text model's config merged into the root, where it wins; RoPE parameters
 * by the kind of layer, with the keys that older files have at the root.
 */
export class Config {
  /** config.json as it is. Names and token ids are read here first. */
  readonly root: Json;
  readonly json: Json;
  /** RoPE parameters of the layers with full attention, which may be all. */
  readonly rope: Json;
  /** RoPE parameters of sliding window layers, where they have their own. */
  readonly slidingRope: Json | undefined;
  /** Sections of multimodal RoPE. */
  readonly ropeSections: readonly number[] | undefined;
  /** Name of the model in errors. */
  readonly label: string;

  constructor(root: Json, label: string) {
    this.root = root;
    this.json = { ...root, ...textConfig(root) };
    this.label = label;
    const given = asRecord(this.json.rope_parameters ?? this.json.rope_scaling);
    const byKind = 'full_attention' in given || 'sliding_attention' in given;
    this.rope = this.#complete(isRecord(given.full_attention) ? given.full_attention : given);
    const local = byKind ? undefined : this.find(...LOCAL_THETA);
    if (isRecord(given.sliding_attention)) this.slidingRope = given.sliding_attention;
    else if (local !== undefined) this.slidingRope = { rope_theta: local };
    const sections = given.mrope_section;
    if (Array.isArray(sections) && sections.every((n) => typeof n === 'number'))
      this.ropeSections = [...(sections as number[]), 0, 0, 0, 0].slice(0, 4);
  }

  /** RoPE parameters with what stands at the root. */
  #complete(given: Json): Json {
    const rope: Json = { ...given, rope_type: given.rope_type ?? given.type };
    for (const [key, names] of Object.entries(AT_ROOT)) rope[key] ??= this.find(...names);
    return rope;
  }

  /** The text model's first of `architectures`, else the root's. */
  get architecture(): string {
    const first = (names: unknown): string | undefined =>
      Array.isArray(names) && typeof names[0] === 'string' ? names[0] : undefined;
    return first(this.json.architectures) ?? first(this.root.architectures) ?? '';
  }

  /** Type of RoPE scaling as written; empty without. */
  get ropeType(): string {
    return typeof this.rope.rope_type === 'string' ? this.rope.rope_type : '';
  }

  /** Value of the first key that has one. */
  find(...keys: string[]): unknown {
    return keys.map((key) => this.json[key]).find((value) => value !== undefined && value !== null);
  }

  maybe(...keys: string[]): number | undefined {
    const value = this.find(...keys);
    return value === undefined ? undefined : numberOf(value, keys.join(' or '), this.label);
  }

  number(...keys: string[]): number {
    return numberOf(this.find(...keys), keys.join(' or '), this.label);
  }

  /** A number of the RoPE parameters. Throws FileError if it is missing without a fallback. */
  ropeNumber(key: string, fallback?: number): number {
    return numberOf(this.rope[key] ?? fallback, `rope_parameters.${key}`, this.label);
  }

  /** A list of numbers of the RoPE parameters; empty where there is none. Throws FileError for what is no number. */
  ropeNumbers(key: string): number[] {
    const list: unknown = this.rope[key];
    if (!Array.isArray(list)) return [];
    return list.map((value, i) => numberOf(value, `rope_parameters.${key}[${i}]`, this.label));
  }

  get heads(): number {
    return this.#count(1, MAX_DIMENSION, 'num_attention_heads', 'n_head');
  }
  get kvHeads(): number {
    return this.find('num_key_value_heads', 'n_head_kv') === undefined
      ? this.heads
      : this.#count(1, MAX_DIMENSION, 'num_key_value_heads', 'n_head_kv');
  }
  get width(): number {
    return this.#count(1, MAX_DIMENSION, 'hidden_size', 'n_embd');
  }
  get headDim(): number {
    return this.find('head_dim') === undefined
      ? Math.floor(this.width / this.heads)
      : this.#count(1, MAX_DIMENSION, 'head_dim');
  }
  get layers(): number {
    return this.#count(1, 1_000, 'num_hidden_layers', 'n_layer', 'n_layers');
  }
  /** Number of tokens, if stated. */
  get vocabularySize(): number | undefined {
    return this.find('vocab_size') === undefined ? undefined : this.#count(1, MAX_TOKENS, 'vocab_size');
  }

  /** A count that allocations depend on. Throws FileError outside the bounds. */
  #count(least: number, max: number, ...keys: string[]): number {
    const value = this.number(...keys);
    if (Number.isInteger(value) && value >= least && value <= max) return value;
    throw new FileError(
      `${this.label}: config.json: "${keys[0]}" is ${value}, expected a count from ${least} to ${max}.`,
      'Download config.json again.',
    );
  }
  get experts(): number | undefined {
    return this.find('num_local_experts', 'num_experts') === undefined
      ? undefined
      : this.#count(0, MAX_DIMENSION, 'num_local_experts', 'num_experts');
  }
}

function numberOf(value: unknown, key: string, label: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new FileError(
      `${label}: config.json: "${key}" is ${JSON.stringify(value) ?? 'missing'}, expected a number.`,
      'Download config.json again.',
    );
  return value;
}
