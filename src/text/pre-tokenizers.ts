// llama.cpp's tokenizer.ggml.pre names and their byte-level BPE rules. Source: llama-vocab.cpp (expressions, in the
// form of the models' own tokenizer.json) and the tokenizer.json of models that use them.
import { shownValue } from '../util/foreign-text';

const { raw } = String;

const GPT2 = raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const contractions = `(?i:'s|'t|'re|'ve|'m|'ll|'d)`;
/** Llama 3's expression, with a choice of digit grouping. */
const words = (digits: string) =>
  raw`${contractions}|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const upper = raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const lower = raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const rest = raw` ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const GPT4O = raw`${upper}*${lower}+${contractions}?|${upper}+${lower}*${contractions}?|\p{N}{1,3}|${rest}`;
const TEKKEN = raw`${upper}*${lower}+|${upper}+${lower}*|\p{N}|${rest}`;
const QWEN35 = raw`${contractions}|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const SEED = raw`${contractions}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+`;
const DEEPSEEK3 = raw`[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_${'`'}{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const HAN_KANA = '[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+';
const CJK = '[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+';

export interface PreTokenizer {
  /** Equivalent values of tokenizer.ggml.pre; the first is written by default. */
  readonly names: readonly string[];
  /** Applied in order, each to the pieces of the one before. */
  readonly expressions: readonly string[];
  /** A word that is a token is not split by merges. */
  readonly ignoreMerges?: boolean;
  /** BOS is added when the file has no add_bos_token. */
  readonly addsBos?: boolean;
}

export const preTokenizers: readonly PreTokenizer[] = [
  {
    names: [
      'gpt-2',
      'phi-2',
      'mpt',
      'olmo',
      'jais',
      'trillion',
      'granite-docling',
      'jina-es',
      'jina-de',
      'jina-v2-es',
      'jina-v2-de',
      'jina-v2-code',
      'jina-v1-en',
      'roberta-bpe',
      'gigachat',
      'a.x-4.0',
      'mellum',
      'modern-bert',
    ],
    expressions: [GPT2],
  },
  {
    names: ['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral', 'midm-2.0', 'lfm2'],
    expressions: [words(raw`\p{N}{1,3}`)],
    ignoreMerges: true,
    addsBos: true,
  },
  { names: ['dbrx', 'smaug-bpe', 'chatglm-bpe', 'glm4'], expressions: [words(raw`\p{N}{1,3}`)] },
  {
    names: ['qwen2', 'deepseek-r1-qwen', 'stablelm2', 'hunyuan', 'solar-open', 'kormo', 'f2llmv2'],
    expressions: [words(raw`\p{N}`)],
  },
  { names: ['qwen35'], expressions: [QWEN35] },
  {
    names: ['smollm', 'starcoder', 'refact', 'command-r', 'codeshell', 'exaone', 'minerva-7b'],
    expressions: [raw`\p{N}`, GPT2],
  },
  { names: ['gpt-4o', 'llama4', 'kanana2', 'minimax-m2'], expressions: [GPT4O] },
  { names: ['tekken'], expressions: [TEKKEN], ignoreMerges: true, addsBos: true },
  { names: ['seed-coder'], expressions: [SEED] },
  {
    names: ['deepseek-v3', 'hunyuan-dense', 'joyai-llm'],
    expressions: [raw`\p{N}{1,3}`, HAN_KANA, DEEPSEEK3],
  },
  {
    names: ['deepseek-llm'],
    expressions: [
      raw`[\r\n]`,
      raw`\s?\p{LC}+`,
      raw`\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+`,
      raw`\s+$`,
      CJK,
      raw`\p{N}+`,
    ],
  },
  {
    names: ['deepseek-coder'],
    expressions: [raw`[\r\n]`, raw`\s?\p{L}+`, raw`\s?\p{P}+`, CJK, raw`\p{N}`],
  },
  { names: ['falcon'], expressions: [raw`[\p{P}\$\+<=>\^~\|${'`'}]+`, GPT2, '[0-9][0-9][0-9]'] },
  { names: ['default'], expressions: [raw`[\p{P}\$\+<=>\^~\|]+`, GPT2, raw`\p{N}+`, '[0-9][0-9][0-9]'] },
];

export const preTokenizerByName = (name: string): PreTokenizer | undefined =>
  preTokenizers.find((p) => p.names.includes(name));

const split = (pattern: string) => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
});

/** The pre_tokenizer entry of an equivalent tokenizer.json. */
export const preTokenizerJson = (p: PreTokenizer): object => ({
  type: 'Sequence',
  pretokenizers: [
    ...p.expressions.map(split),
    { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
  ],
});

const isRecord = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null;

/** The regular expressions of a pre_tokenizer entry, in order. */
function expressionsOf(node: unknown): string[] {
  if (!isRecord(node)) return [];
  if (Array.isArray(node.pretokenizers)) return node.pretokenizers.flatMap(expressionsOf);
  if (node.type === 'Split')
    return [shownValue((node.pattern as { Regex?: unknown } | undefined)?.Regex ?? '')];
  if (node.type === 'Digits') return [node.individual_digits === true ? raw`\p{N}` : raw`\p{N}+`];
  if (node.type === 'ByteLevel') return node.use_regex === false ? [] : [GPT2];
  return [`<${shownValue(node.type)}>`];
}

/** Names whose expressions equal those of a tokenizer.json; those with equal ignore_merges first. */
export function detectPreTokenizers(tokenizerJson: Record<string, unknown>): string[] {
  const found = expressionsOf(tokenizerJson.pre_tokenizer);
  const model = tokenizerJson.model;
  const ignoreMerges = isRecord(model) && model.ignore_merges === true;
  const alike = preTokenizers.filter((p) => p.expressions.join('\n') === found.join('\n'));
  const same = (p: PreTokenizer) => (p.ignoreMerges === true) === ignoreMerges;
  return [...alike.filter(same), ...alike.filter((p) => !same(p))].flatMap((p) => p.names);
}

export const describePreTokenizer = (tokenizerJson: Record<string, unknown>): string =>
  expressionsOf(tokenizerJson.pre_tokenizer).join(' ; ') || 'none';
