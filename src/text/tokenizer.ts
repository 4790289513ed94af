import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { getBoolean, getNumber, getString, getStrings, type Metadata } from '../files/gguf/metadata';
import { UnsupportedError } from '../util/errors';
import { encodeUtf8 } from '../util/utf8';
import { specialId, turnEnds } from './end-of-generation';
import { isMarkName } from './marks';
import { type PreTokenizer, preTokenizerByName, preTokenizerJson, preTokenizers } from './pre-tokenizers';
import { SentencePiece } from './sentence-piece';
import { SpecialSplitter } from './special-split';
import { byteLevelBytes, sentencePieceBytes } from './token-bytes';
import { readVocabulary, TokenType, type Vocabulary } from './vocabulary';
import { WordPiece } from './word-piece';

export { TokenType } from './vocabulary';

export interface EncodeOptions {
  /** Add BOS (and the closing token) if the file's metadata asks for it. */
  readonly addBos: boolean;
  /** Parse control tokens in the text; by default they stay text. */
  readonly control?: boolean;
  /** A character that keeps text from being parsed as a control token; removed before encoding. */
  readonly guard?: string;
}

/** The tokens of a vocabulary: what needs no expression of a file, and takes time by the token alone. */
export interface TokenTable {
  /** One line for the page: algorithm, pre-tokenizer, vocabulary size. */
  readonly summary: string;
  readonly size: number;
  readonly bos: number | undefined;
  /** Token ids that end generation. */
  readonly stops: readonly number[];
  /** Texts of the control tokens, and of marks that only a template may set. */
  readonly controlTexts: readonly string[];
  /** UTF-8 bytes of a token; empty for control tokens. */
  bytes(id: number): Uint8Array;
  text(id: number): string;
  /**
   * The text that stands for a token which is a mark: a control token that ends nothing, or a token like `<think>`.
   * Undefined for all others.
   */
  mark(id: number): string | undefined;
}

/** A whole tokenizer. Files can make it slow: it runs in the text sandbox, and in tests. */
export interface TextTokenizer extends TokenTable {
  encode(text: string, options: EncodeOptions): number[];
}

/** A tokenization algorithm for text between special tokens; `first` is set at the start and after a special token. */
interface Model {
  readonly label: string;
  readonly addsBos: boolean;
  /** Appended to sequences that begin with BOS. */
  readonly closing?: number | undefined;
  encode(text: string, first: boolean): number[];
  bytes(token: string, type: number | undefined): Uint8Array;
}

function byteLevelModel(label: string, metadata: Metadata, v: Vocabulary): Model {
  const name = getString(metadata, 'tokenizer.ggml.pre') ?? 'default';
  const pre = preTokenizerByName(name);
  if (!pre)
    throw new UnsupportedError(
      `${label}: the pre-tokenizer "${name}" is not known here (known: ${preTokenizers.map((p) => p.names[0]).join(', ')} and names that mean the same).`,
      'A guess would change the tokens and spoil the text. The model can still be quantized and exported.',
    );
  // Made at the first text: its tables take seconds, and who only shows tokens needs none of them.
  let hub: HubTokenizer | undefined;
  return {
    label: `byte-level BPE, ${name}`,
    addsBos: pre.addsBos === true,
    encode(text) {
      hub ??= new HubTokenizer(byteLevelJson(metadata, v, pre), {});
      return hub.encode(text, { add_special_tokens: false }).ids;
    },
    bytes: byteLevelBytes,
  };
}

/** The vocabulary as a tokenizer.json without special tokens, which are split off earlier. */
function byteLevelJson(metadata: Metadata, v: Vocabulary, pre: PreTokenizer): object {
  const merges = (getStrings(metadata, 'tokenizer.ggml.merges') ?? []).map((line): [string, string] => {
    const at = line.indexOf(' ', 1);
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return {
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: preTokenizerJson(pre),
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: pre.ignoreMerges === true,
      vocab: Object.fromEntries(v.ids),
      merges,
    },
  };
}

function sentencePieceModel(metadata: Metadata, v: Vocabulary): Model {
  const pieces = new SentencePiece(v);
  const prefix = getBoolean(metadata, 'tokenizer.ggml.add_space_prefix') ?? true;
  return {
    label: 'SentencePiece',
    addsBos: true,
    encode: (text, first) => pieces.encode(prefix && first ? ` ${text}` : text),
    bytes: (token, type) => sentencePieceBytes(token, type === TokenType.BYTE),
  };
}

function wordPieceModel(metadata: Metadata, v: Vocabulary): Model {
  const words = new WordPiece(v, getNumber(metadata, 'tokenizer.ggml.unknown_token_id'));
  return {
    label: 'WordPiece',
    addsBos: true,
    closing: getNumber(metadata, 'tokenizer.ggml.seperator_token_id'),
    encode: (text) => words.encode(text),
    bytes: (token) => sentencePieceBytes(token, false),
  };
}

function modelOf(label: string, metadata: Metadata, v: Vocabulary): Model {
  const kind = getString(metadata, 'tokenizer.ggml.model');
  if (kind === 'gpt2') return byteLevelModel(label, metadata, v);
  if (kind === 'llama') return sentencePieceModel(metadata, v);
  if (kind === 'bert') return wordPieceModel(metadata, v);
  throw new UnsupportedError(
    `${label}: tokenizer model "${kind ?? 'missing'}" is not supported; expected "llama" (SentencePiece), "gpt2" (byte-level BPE) or "bert" (WordPiece).`,
    'The model can still be quantized and exported.',
  );
}

/** Creates the tokenizer from GGUF metadata. Throws FileError when there is none, UnsupportedError for unknown ones. */
export function createTokenizer(label: string, metadata: Metadata): TextTokenizer {
  const stored = readVocabulary(label, metadata);
  const { types, stops, marks } = turnEnds(metadata, stored);
  const v: Vocabulary = { ...stored, types };
  const model = modelOf(label, metadata, v);
  const splitter = new SpecialSplitter(v, getString(metadata, 'general.name'));
  const bos = specialId(metadata, v.tokens.length, 'bos');
  const addBos = getBoolean(metadata, 'tokenizer.ggml.add_bos_token') ?? model.addsBos;
  return {
    summary: `${model.label}, ${v.tokens.length} tokens`,
    size: v.tokens.length,
    bos,
    stops,
    controlTexts: [...splitter.controlTexts, ...marks.map((id) => v.tokens[id]!)],
    encode(text, options) {
      const ids: number[] = [];
      let first = true;
      for (const fragment of splitter.split(text, options.control === true)) {
        if (typeof fragment === 'number') ids.push(fragment);
        else {
          const plain = options.guard ? fragment.replaceAll(options.guard, '') : fragment;
          for (const id of model.encode(plain, first)) ids.push(id);
        }
        first = typeof fragment === 'number';
      }
      if (!options.addBos) return ids;
      const begun = addBos && bos !== undefined && ids[0] !== bos ? [bos, ...ids] : ids;
      return model.closing === undefined ? begun : [...begun, model.closing];
    },
    bytes(id) {
      const token = v.tokens[id];
      const type = v.types[id];
      if (token === undefined || type === TokenType.CONTROL || type === TokenType.UNKNOWN)
        return new Uint8Array(0);
      if (type === TokenType.USER_DEFINED) return encodeUtf8(token);
      return model.bytes(token, type);
    },
    text: (id) => v.tokens[id] ?? '',
    mark(id) {
      const token = v.tokens[id];
      if (token === undefined || stops.includes(id)) return undefined;
      const type = v.types[id];
      if (type === TokenType.CONTROL || marks.includes(id)) return token;
      return type === TokenType.USER_DEFINED && isMarkName(token) ? token : undefined;
    },
  };
}
