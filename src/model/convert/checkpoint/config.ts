import { FileError } from '../../../util/errors';

export type Json = Record<string, unknown>;

export const isRecord = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v);

const asRecord = (v: unknown): Json => (isRecord(v) ? v : {});

/** config.json as in convert_hf_to_gguf.py: text_config merged into the root, RoPE keys gathered in one place. */
export class Config {
  readonly json: Json;
  /** rope_parameters or rope_scaling, with the keys that older files have at the root. */
  readonly rope: Json;
  /** Name of the model in errors. */
  readonly label: string;

  constructor(json: Json, label: string) {
    this.json = { ...json, ...asRecord(json.text_config) };
    this.label = label;
    this.rope = { ...asRecord(this.json.rope_parameters ?? this.json.rope_scaling) };
    if ('full_attention' in this.rope || 'sliding_attention' in this.rope) return;
    const local = this.find('rope_local_base_freq', 'local_rope_theta', 'swa_rope_theta');
    if (local !== undefined) this.rope.sliding_attention = { rope_theta: local };
    this.rope.rope_theta ??= this.find('rope_theta', 'rotary_emb_base');
    this.rope.rope_type ??= this.rope.type;
    this.rope.partial_rotary_factor ??= this.find('partial_rotary_factor', 'rope_pct');
    this.rope.original_max_position_embeddings ??= this.find('original_max_position_embeddings');
  }

  /** The first of `architectures`. */
  get architecture(): string {
    const names: unknown = this.json.architectures;
    return Array.isArray(names) && typeof names[0] === 'string' ? names[0] : '';
  }

  /** RoPE parameters of the full attention layers. */
  get globalRope(): Json {
    return isRecord(this.rope.full_attention) ? this.rope.full_attention : this.rope;
  }
  get ropeType(): string {
    return String(this.globalRope.rope_type ?? '').toLowerCase();
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

  get heads(): number {
    return this.number('num_attention_heads', 'n_head');
  }
  get kvHeads(): number {
    return this.maybe('num_key_value_heads', 'n_head_kv') ?? this.heads;
  }
  get width(): number {
    return this.number('hidden_size', 'n_embd');
  }
  get headDim(): number {
    return this.maybe('head_dim') ?? Math.floor(this.width / this.heads);
  }
  get layers(): number {
    return this.#count(10_000, 'num_hidden_layers', 'n_layer', 'n_layers');
  }
  /** Number of tokens, if stated. */
  get vocabularySize(): number | undefined {
    return this.find('vocab_size') === undefined ? undefined : this.#count(10_000_000, 'vocab_size');
  }

  /** A count that allocations depend on. Throws FileError beyond `max`. */
  #count(max: number, ...keys: string[]): number {
    const value = this.number(...keys);
    if (Number.isInteger(value) && value >= 0 && value <= max) return value;
    throw new FileError(
      `${this.label}: config.json: "${keys[0]}" is ${value}, expected a count of at most ${max}.`,
      'Download config.json again.',
    );
  }
  get experts(): number | undefined {
    return this.maybe('num_local_experts', 'num_experts');
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
