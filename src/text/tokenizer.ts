import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import {
  getBoolean,
  getNumber,
  getNumbers,
  getString,
  getStrings,
  type Metadata,
} from '../files/gguf/metadata';
import { FileError, UnsupportedError } from '../util/errors';
import { preTokenizerByName, preTokenizerJson, preTokenizers } from './pre-tokenizers';
import { byteLevelBytes, sentencePieceBytes } from './token-bytes';

/** llama.cpp's token types. */
export const TokenType = { NORMAL: 1, UNKNOWN: 2, CONTROL: 3, USER_DEFINED: 4, UNUSED: 5, BYTE: 6 } as const;

export interface TextTokenizer {
  /** One line for people: kind, pre-tokenizer, size. */
  readonly summary: string;
  readonly size: number;
  readonly bos: number | undefined;
  /** Tokens that end a generation. */
  readonly stops: readonly number[];
  /** Ids of a text; special tokens in it are read as such. `addBos` follows the file's own rule. */
  encode(text: string, options: { addBos: boolean }): number[];
  /** What a token adds to the text; nothing for control tokens. */
  bytes(id: number): Uint8Array;
  text(id: number): string;
}

interface Vocabulary {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
  readonly ids: ReadonlyMap<string, number>;
}

function readVocabulary(label: string, metadata: Metadata): Vocabulary {
  const tokens = getStrings(metadata, 'tokenizer.ggml.tokens');
  if (!tokens)
    throw new FileError(
      `${label}: there is no tokenizer (metadata "tokenizer.ggml.tokens" is missing).`,
      'Add tokenizer.json or tokenizer.model to the folder. Without it the model can be quantized but not prompted.',
    );
  const types = getNumbers(metadata, 'tokenizer.ggml.token_type') ?? tokens.map(() => TokenType.NORMAL);
  const ids = new Map<string, number>();
  tokens.forEach((token, id) => {
    if (!ids.has(token)) ids.set(token, id);
  });
  return { tokens, types, ids };
}

const isSpecial = (type: number | undefined): boolean =>
  type === TokenType.CONTROL || type === TokenType.USER_DEFINED || type === TokenType.UNKNOWN;

const addedTokens = (v: Vocabulary) =>
  v.tokens.flatMap((content, id) =>
    isSpecial(v.types[id])
      ? [
          {
            id,
            content,
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
            special: v.types[id] !== TokenType.USER_DEFINED,
          },
        ]
      : [],
  );

/** SentencePiece merges the pair whose result scores best: as BPE merges, best score first. */
function mergesFromScores(v: Vocabulary, scores: readonly number[]): [string, string][] {
  const merges: { pair: [string, string]; score: number; left: number; right: number }[] = [];
  v.tokens.forEach((token, id) => {
    if (v.types[id] !== TokenType.NORMAL && v.types[id] !== TokenType.USER_DEFINED) return;
    const chars = [...token];
    for (let cut = 1; cut < chars.length; cut++) {
      const left = chars.slice(0, cut).join('');
      const right = chars.slice(cut).join('');
      const l = v.ids.get(left);
      const r = v.ids.get(right);
      if (l !== undefined && r !== undefined)
        merges.push({ pair: [left, right], score: scores[id] ?? 0, left: l, right: r });
    }
  });
  merges.sort((a, b) => b.score - a.score || a.left - b.left || a.right - b.right);
  return merges.map((m) => m.pair);
}

const model = (v: Vocabulary, merges: [string, string][], extra: object) => ({
  type: 'BPE',
  dropout: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  vocab: Object.fromEntries(v.ids),
  merges,
  ...extra,
});

function sentencePieceJson(metadata: Metadata, v: Vocabulary): object {
  const scores = getNumbers(metadata, 'tokenizer.ggml.scores') ?? [];
  const prefix = getBoolean(metadata, 'tokenizer.ggml.add_space_prefix') ?? true;
  const replace = { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' };
  const unknown = v.types.indexOf(TokenType.UNKNOWN);
  return {
    version: '1.0',
    added_tokens: addedTokens(v),
    normalizer: {
      type: 'Sequence',
      normalizers: prefix ? [{ type: 'Prepend', prepend: '\u2581' }, replace] : [replace],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Fuse' },
    model: model(v, mergesFromScores(v, scores), {
      unk_token: unknown >= 0 ? v.tokens[unknown] : null,
      fuse_unk: false,
      byte_fallback: v.types.includes(TokenType.BYTE),
      ignore_merges: false,
    }),
  };
}

function byteLevelJson(label: string, metadata: Metadata, v: Vocabulary): object {
  const pre = getString(metadata, 'tokenizer.ggml.pre') ?? 'default';
  const known = preTokenizerByName(pre);
  if (!known)
    throw new UnsupportedError(
      `${label}: the pre-tokenizer "${pre}" is not known here (known: ${preTokenizers.map((p) => p.names[0]).join(', ')}).`,
      'A guess would change the tokens and spoil the text. The model can still be quantized and exported.',
    );
  const merges = (getStrings(metadata, 'tokenizer.ggml.merges') ?? []).map((line): [string, string] => {
    const at = line.indexOf(' ', 1);
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return {
    version: '1.0',
    added_tokens: addedTokens(v),
    normalizer: null,
    pre_tokenizer: preTokenizerJson(known),
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: model(v, merges, {
      unk_token: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: known.ignoreMerges === true,
    }),
  };
}

const END_NAMES = [
  '<|eot_id|>',
  '<|im_end|>',
  '<|end|>',
  '<end_of_turn>',
  '<|endoftext|>',
  '<|eom_id|>',
  '<EOT>',
];

/** Tokens that end a turn: eos, eot, eom, and control tokens whose name says so (as llama.cpp finds them). */
function stopIds(metadata: Metadata, v: Vocabulary): number[] {
  const keys = ['eos_token_id', 'eot_token_id', 'eom_token_id'].map((k) =>
    getNumber(metadata, `tokenizer.ggml.${k}`),
  );
  const named = END_NAMES.map((name) => v.ids.get(name)).filter(
    (id) => id !== undefined && isSpecial(v.types[id]),
  );
  const all = [...keys, ...named].filter((id): id is number => id !== undefined && id < v.tokens.length);
  return [...new Set(all)];
}

/** The tokenizer of a model, from its GGUF metadata. Throws when there is none, or none that is known. */
export function createTokenizer(label: string, metadata: Metadata): TextTokenizer {
  const v = readVocabulary(label, metadata);
  const kind = getString(metadata, 'tokenizer.ggml.model');
  if (kind !== 'llama' && kind !== 'gpt2')
    throw new UnsupportedError(
      `${label}: tokenizer model "${kind ?? 'missing'}" is not supported; expected "llama" (SentencePiece) or "gpt2" (byte-level BPE).`,
      'The model can still be quantized and exported.',
    );
  const spm = kind === 'llama';
  const hub = new HubTokenizer(spm ? sentencePieceJson(metadata, v) : byteLevelJson(label, metadata, v), {});
  const bos = getNumber(metadata, 'tokenizer.ggml.bos_token_id');
  const addBos = getBoolean(metadata, 'tokenizer.ggml.add_bos_token') ?? spm;
  const pre = spm
    ? 'SentencePiece'
    : `byte-level BPE, ${getString(metadata, 'tokenizer.ggml.pre') ?? 'default'}`;
  return {
    summary: `${pre}, ${v.tokens.length} tokens`,
    size: v.tokens.length,
    bos,
    stops: stopIds(metadata, v),
    encode(text, options) {
      const ids = text === '' ? [] : hub.encode(text, { add_special_tokens: false }).ids;
      return options.addBos && addBos && bos !== undefined && ids[0] !== bos ? [bos, ...ids] : ids;
    },
    bytes(id) {
      const token = v.tokens[id];
      const type = v.types[id];
      if (token === undefined || type === TokenType.CONTROL || type === TokenType.UNKNOWN)
        return new Uint8Array(0);
      if (type === TokenType.USER_DEFINED) return new TextEncoder().encode(token);
      return spm ? sentencePieceBytes(token, type === TokenType.BYTE) : byteLevelBytes(token);
    },
    text: (id) => v.tokens[id] ?? '',
  };
}
