import {
  arrayValue,
  boolValue,
  GgufType,
  type MetaValue,
  stringValue,
  u32Value,
} from '../../files/gguf/metadata';
import { detectPreTokenizer } from '../../text/pre-tokenizers';
import { FileError, UnsupportedError } from '../../util/errors';
import { describePreTokenizer } from '../../text/pre-tokenizers';
import { readSentencePiece } from './sentencepiece';

type Json = Record<string, unknown>;
const isRecord = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v);
const NORMAL = 1;
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;

export interface VocabularyFiles {
  readonly tokenizerJson: Json | undefined;
  readonly tokenizerModel: Uint8Array | undefined;
  readonly tokenizerConfig: Json | undefined;
  readonly config: Json;
  readonly generationConfig: Json | undefined;
}

/** The tokenizer.* metadata of a Hugging Face folder, padded to `size` rows of the embedding. */
export function vocabularyMetadata(files: VocabularyFiles, size: number): [string, MetaValue][] {
  const tokens: string[] = [];
  const types: number[] = [];
  const out: [string, MetaValue][] = [];
  const json = files.tokenizerJson;
  if (files.tokenizerModel) fromSentencePiece(files.tokenizerModel, json, size, tokens, types, out);
  else if (json) fromByteLevel(json, size, tokens, types, out);
  else return [];
  specialTokens(files, tokens, out);
  const template = files.tokenizerConfig?.chat_template;
  if (typeof template === 'string') out.push(['tokenizer.chat_template', stringValue(template)]);
  return out;
}

function pad(size: number, tokens: string[], types: number[]): void {
  for (let id = 0; id < Math.max(size, tokens.length); id++) {
    if (tokens[id] !== undefined) continue;
    tokens[id] = `[PAD${id}]`;
    types[id] = UNUSED;
  }
}

/** Tokens added beside the model's own vocabulary. */
function addAdded(json: Json | undefined, tokens: string[], types: number[]): void {
  const added = json?.added_tokens;
  if (!Array.isArray(added)) return;
  for (const token of added as unknown[]) {
    if (!isRecord(token) || typeof token.id !== 'number' || typeof token.content !== 'string') continue;
    tokens[token.id] = token.content;
    types[token.id] = token.special === true ? CONTROL : USER_DEFINED;
  }
}

function fromByteLevel(
  json: Json,
  size: number,
  tokens: string[],
  types: number[],
  out: [string, MetaValue][],
): void {
  const model = json.model;
  if (!isRecord(model) || model.type !== 'BPE' || !isRecord(model.vocab))
    throw new UnsupportedError(
      `tokenizer.json has a model of type "${isRecord(model) ? String(model.type) : 'none'}"; expected BPE.`,
      'Add tokenizer.model to the folder if the model has one.',
    );
  const pre = detectPreTokenizer(json.pre_tokenizer);
  if (!pre)
    throw new UnsupportedError(
      `tokenizer.json has a pre-tokenizer that is not known here: ${describePreTokenizer(json.pre_tokenizer)}.`,
      'Without it the tokens would be wrong.',
    );
  for (const [token, id] of Object.entries(model.vocab)) {
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0 || id > 10_000_000)
      throw new FileError(`tokenizer.json: token "${token}" has id ${String(id)}.`, 'Download it again.');
    tokens[id] = token;
    types[id] = NORMAL;
  }
  addAdded(json, tokens, types);
  pad(size, tokens, types);
  const merges = (Array.isArray(model.merges) ? model.merges : []).map((m) =>
    Array.isArray(m) ? m.join(' ') : String(m),
  );
  out.push(
    ['tokenizer.ggml.model', stringValue('gpt2')],
    ['tokenizer.ggml.pre', stringValue(pre.names[0]!)],
    ['tokenizer.ggml.tokens', arrayValue(GgufType.STRING, tokens)],
    ['tokenizer.ggml.token_type', arrayValue(GgufType.INT32, types)],
    ['tokenizer.ggml.merges', arrayValue(GgufType.STRING, merges)],
  );
}

function fromSentencePiece(
  bytes: Uint8Array,
  json: Json | undefined,
  size: number,
  tokens: string[],
  types: number[],
  out: [string, MetaValue][],
): void {
  const { pieces, addSpacePrefix } = readSentencePiece(bytes);
  pieces.forEach((piece, id) => {
    tokens[id] = piece.text;
    types[id] = piece.type;
  });
  const own = tokens.length;
  addAdded(json, tokens, types);
  pad(size, tokens, types);
  const scores = tokens.map((_, id) => (id < own ? (pieces[id]?.score ?? 0) : -1000));
  out.push(
    ['tokenizer.ggml.model', stringValue('llama')],
    ['tokenizer.ggml.pre', stringValue('default')],
    ['tokenizer.ggml.tokens', arrayValue(GgufType.STRING, tokens)],
    ['tokenizer.ggml.scores', arrayValue(GgufType.FLOAT32, scores)],
    ['tokenizer.ggml.token_type', arrayValue(GgufType.INT32, types)],
  );
  if (!addSpacePrefix) out.push(['tokenizer.ggml.add_space_prefix', boolValue(false)]);
}

function specialTokens(files: VocabularyFiles, tokens: readonly string[], out: [string, MetaValue][]): void {
  const config = files.tokenizerConfig ?? {};
  for (const kind of ['bos', 'eos', 'unk', 'pad'] as const) {
    const named = config[`${kind}_token`];
    const content = isRecord(named) ? named.content : named;
    let id = typeof content === 'string' ? tokens.indexOf(content) : -1;
    if (id < 0) {
      const given = files.config[`${kind}_token_id`] ?? files.generationConfig?.[`${kind}_token_id`];
      const first = Array.isArray(given) ? given[0] : given;
      if (typeof first === 'number' && first < tokens.length) id = first;
    }
    const key = kind === 'unk' ? 'unknown' : kind === 'pad' ? 'padding' : kind;
    if (id >= 0) out.push([`tokenizer.ggml.${key}_token_id`, u32Value(id)]);
  }
  for (const kind of ['bos', 'eos'] as const) {
    const add = config[`add_${kind}_token`];
    if (typeof add === 'boolean') out.push([`tokenizer.ggml.add_${kind}_token`, boolValue(add)]);
    else if (kind === 'bos' && addsBos(files.tokenizerJson))
      out.push(['tokenizer.ggml.add_bos_token', boolValue(true)]);
  }
}

/** Whether the post-processor of a tokenizer.json puts a special token in front. */
function addsBos(json: Json | undefined): boolean {
  const text = JSON.stringify(json?.post_processor ?? null);
  return /"single":\[\{"SpecialToken"/.test(text);
}
