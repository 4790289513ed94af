// llama.cpp's tokenizer.ggml.pre names, and what they mean for byte-level BPE. Source: llama-vocab.cpp (regexes) and the
// tokenizer.json of the models that use them.

const byteLevel = (useRegex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});
const split = (pattern: string) => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
});
const sequence = (...pretokenizers: object[]) => ({ type: 'Sequence', pretokenizers });

const LLAMA3 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const QWEN2 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

export interface PreTokenizer {
  /** Names in tokenizer.ggml.pre; the first is written. */
  readonly names: readonly string[];
  /** The pre_tokenizer entry of an equal tokenizer.json. */
  readonly json: object;
  readonly ignoreMerges: boolean;
}

export const preTokenizers: readonly PreTokenizer[] = [
  {
    names: ['gpt-2', 'default', 'phi-2', 'jina-es', 'jina-de', 'mpt', 'olmo', 'jais'],
    json: byteLevel(true),
    ignoreMerges: false,
  },
  {
    names: ['llama-bpe', 'llama3', 'llama-v3', 'smaug-bpe'],
    json: sequence(split(LLAMA3), byteLevel(false)),
    ignoreMerges: true,
  },
  { names: ['qwen2'], json: sequence(split(QWEN2), byteLevel(false)), ignoreMerges: false },
  {
    names: ['smollm', 'starcoder', 'refact', 'command-r', 'codeshell'],
    json: sequence(split('\\p{N}'), byteLevel(true)),
    ignoreMerges: false,
  },
];

/** The split patterns of a tokenizer.json pre_tokenizer, which tell the known ones apart. */
function signature(json: unknown): string {
  if (typeof json !== 'object' || json === null) return '';
  const node = json as Record<string, unknown>;
  if (Array.isArray(node.pretokenizers)) return node.pretokenizers.map(signature).join(' ; ');
  if (node.type === 'Split') return `split ${(node.pattern as { Regex?: string })?.Regex ?? ''}`;
  if (node.type === 'ByteLevel') return `bytes ${node.use_regex !== false}`;
  if (node.type === 'Digits') return node.individual_digits === true ? 'split \\p{N}' : 'digits';
  return String(node.type);
}

export const preTokenizerByName = (name: string): PreTokenizer | undefined =>
  preTokenizers.find((p) => p.names.includes(name));

/** Which known pre-tokenizer a tokenizer.json uses. */
export const detectPreTokenizer = (json: unknown): PreTokenizer | undefined =>
  preTokenizers.find((p) => signature(p.json) === signature(json));

export const describePreTokenizer = (json: unknown): string => signature(json) || 'none';
