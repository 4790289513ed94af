// tokenizer.* metadata of a checkpoint. Source of the rules: convert_hf_to_gguf.py, the _set_vocab_* functions.

import { shownValue } from '../../../util/foreign-text';
import { TokenType } from '../../../text/tokenizer';
import { FileError, UnsupportedError } from '../../../util/errors';
import { isRecord, type Json, jsonNumber } from '../../../files/json';
import type { Config } from '../checkpoint/config';
import type { MetadataWriter } from '../metadata/metadata-writer';
import { preTokenizerName } from './pre-tokenizer';
import { readSentencePiece } from './sentencepiece';
import { mergesOf, specialTokens } from './special-tokens';
import { addedEntry, addedOfConfig, addedOfJson, TokenList } from './token-list';

export interface VocabularyFiles {
  readonly config: Config;
  /** Rows of the embedding: no vocabulary has more tokens. */
  readonly rows: number;
  readonly tokenizerJson: Json | undefined;
  /** Check hash of tokenizer.json; undefined when it has none, and throws where it could not be found out. */
  readonly checkHash: () => string | undefined;
  readonly tokenizerModel: Uint8Array | undefined;
  readonly tokenizerConfig: Json | undefined;
  /** added_tokens.json. */
  readonly addedTokens: Json | undefined;
  /** A chat template, or a list of several with their names. */
  readonly chatTemplate: unknown;
  /** tokenizer.ggml.pre, if the user sets it. */
  readonly preTokenizer: string | undefined;
  /** Preferred among equivalent names of the pre-tokenizer. */
  readonly preferredPre: string | undefined;
}

/** Writes a vocabulary and returns notes for the user. Throws FileError or UnsupportedError. */
export type VocabularyRule = (files: VocabularyFiles, out: MetadataWriter) => string[];

/** Tokens beyond the embedding, which some checkpoints have: they are written, and never asked for. */
const MAX_SPARE_TOKENS = 65536;

/** A loop, because a vocabulary exceeds the argument limit of Math.max. */
const largest = (ids: readonly number[]): number => ids.reduce((max, id) => Math.max(max, id), -1);

const special = (files: VocabularyFiles, out: MetadataWriter, size?: number): void =>
  specialTokens({ ...files, config: files.config.root }, out, size);

/** Byte-level BPE from tokenizer.json. */
export const byteLevel: VocabularyRule = (files, out) => {
  const json = files.tokenizerJson;
  const model = json?.model;
  if (!json || !isRecord(model) || model.type !== 'BPE' || !isRecord(model.vocab))
    throw new UnsupportedError(
      `tokenizer.json has a model of type "${isRecord(model) ? shownValue(model.type) : 'none'}"; expected BPE.`,
      'Add tokenizer.model to the folder if the model has one.',
    );
  const known = Object.entries(model.vocab);
  const added = [...addedOfConfig(files.tokenizerConfig), ...addedOfJson(json)];
  const max = largest([...known.map(([, id]) => jsonNumber(id)), ...added.map((t) => t.id)]);
  const size = files.config.vocabularySize ?? max + 1;
  if (!(max < size && size <= files.rows))
    throw new FileError(
      `tokenizer.json goes up to id ${max}, but ${max < size ? `the embedding has ${files.rows} rows` : `config.json says ${size} tokens`}.`,
      'The files belong to different models.',
    );
  const list = new TokenList(size);
  for (const [token, id] of known) list.set(jsonNumber(id), token, 0, TokenType.NORMAL);
  for (const token of added) {
    const { text, type } = addedEntry(token);
    list.set(token.id, text, 0, type);
  }
  const { name, notes } = preTokenizerName(json, files);
  out.string('tokenizer.ggml.model', 'gpt2');
  out.string('tokenizer.ggml.pre', name);
  list.write(out, false);
  const merges = mergesOf(json);
  if (merges.length > 0) out.strings('tokenizer.ggml.merges', merges);
  special(files, out);
  return notes;
};

/** A size of a SentencePiece vocabulary that the embedding bears out: config.json may state any, and each token is made. */
function boundedSize(size: number, { rows }: VocabularyFiles): number {
  if (size < rows + MAX_SPARE_TOKENS) return size;
  throw new FileError(
    `The vocabulary is said to have ${size} tokens, but the embedding has ${rows} rows.`,
    'config.json, the tokenizer and the weights do not fit together. Download them again.',
  );
}

/** Pieces of tokenizer.model and tokens of added_tokens.json. */
function sentencePieces(files: VocabularyFiles): TokenList {
  const { pieces } = readSentencePiece(files.tokenizerModel!);
  const list = new TokenList(boundedSize(files.config.vocabularySize ?? pieces.length, files));
  pieces.forEach((piece, id) => {
    // convert_hf_to_gguf.py treats user-defined pieces as normal tokens.
    const type = piece.type === TokenType.USER_DEFINED ? TokenType.NORMAL : piece.type;
    list.set(id, piece.text, piece.score, type);
  });
  for (const [token, id] of Object.entries(files.addedTokens ?? {}))
    list.set(jsonNumber(id), token, -1000, TokenType.USER_DEFINED);
  return list;
}

function writeSentencePiece(list: TokenList, files: VocabularyFiles, out: MetadataWriter): string[] {
  out.string('tokenizer.ggml.model', 'llama');
  out.string('tokenizer.ggml.pre', 'default');
  list.write(out, true);
  special(files, out, list.size);
  // convert_hf_to_gguf.py writes this for some architectures only.
  const key = 'tokenizer.ggml.add_space_prefix';
  if (
    files.tokenizerModel &&
    !out.entries.has(key) &&
    !readSentencePiece(files.tokenizerModel).addSpacePrefix
  )
    out.bool(key, false);
  return [];
}

/** SentencePiece from tokenizer.model. */
export const sentencePiece: VocabularyRule = (files, out) => {
  const list = sentencePieces(files);
  for (const token of addedOfConfig(files.tokenizerConfig)) {
    const { text, type } = addedEntry(token);
    list.set(token.id, text, -1000, type);
  }
  return writeSentencePiece(list, files, out);
};

/** Phi-3's rule: added tokens of both files, with the types that they state. */
export const sentencePieceAsSaid: VocabularyRule = (files, out) => {
  const list = sentencePieces(files);
  for (const token of [...addedOfConfig(files.tokenizerConfig), ...addedOfJson(files.tokenizerJson)])
    list.set(token.id, token.content, -1000, token.special ? TokenType.CONTROL : TokenType.USER_DEFINED);
  return writeSentencePiece(list, files, out);
};

const isSentencePieceJson = (json: Json | undefined): boolean =>
  isRecord(json?.model) &&
  json.model.type === 'BPE' &&
  json.model.byte_fallback === true &&
  isRecord(json.model.vocab);

/** Returns true if a tokenizer.json prepends a space to a text. */
function addsSpace(json: Json): boolean {
  const steps = [json.normalizer, json.pre_tokenizer].flatMap((step) => {
    if (!isRecord(step)) return [];
    const inner = step.normalizers ?? step.pretokenizers;
    return Array.isArray(inner) ? (inner as unknown[]).filter(isRecord) : [step];
  });
  return steps.some(
    (step) =>
      step.type === 'Prepend' ||
      (step.type === 'Metaspace' && step.add_prefix_space !== false && step.prepend_scheme !== 'never'),
  );
}

/**
 * SentencePiece from tokenizer.json. The score of a token is minus the rank of its merge, so that earlier merges win.
 * convert_hf_to_gguf.py writes -1000 everywhere, which loses the merges.
 */
const sentencePieceOfJson: VocabularyRule = (files, out) => {
  const json = files.tokenizerJson!;
  const vocabulary = Object.entries((json.model as Json).vocab as Record<string, number>);
  const added = addedOfJson(json);
  const max = largest([...vocabulary.map(([, id]) => id), ...added.map((t) => t.id)]);
  if (!(max < files.rows + MAX_SPARE_TOKENS))
    throw new FileError(`tokenizer.json goes up to id ${max}.`, 'Download it again.');
  const list = new TokenList(boundedSize(Math.max(files.config.vocabularySize ?? 0, max + 1), files));
  const unknown = (json.model as Json).unk_token;
  for (const [token, id] of vocabulary) {
    const type = /^<0x[0-9A-Fa-f]{2}>$/.test(token) ? TokenType.BYTE : TokenType.NORMAL;
    list.set(id, token, type === TokenType.BYTE ? 0 : -1e6, token === unknown ? TokenType.UNKNOWN : type);
  }
  const ids = new Map(vocabulary);
  mergesOf(json).forEach((line, rank) => {
    const id = ids.get(line.replace(' ', ''));
    if (id !== undefined && list.scores[id] === -1e6) list.scores[id] = -rank;
  });
  for (const token of added) {
    const { text, type } = addedEntry(token);
    list.set(token.id, text, -1000, token.content === unknown ? TokenType.UNKNOWN : type);
  }
  writeSentencePiece(list, files, out);
  if (!addsSpace(json)) out.bool('tokenizer.ggml.add_space_prefix', false);
  return ['The scores of its SentencePiece tokens come from the merges of tokenizer.json.'];
};

/** Uses tokenizer.model if present, else tokenizer.json. */
export const sentencePieceFirst: VocabularyRule = (files, out) => {
  if (files.tokenizerModel) return sentencePiece(files, out);
  return isSentencePieceJson(files.tokenizerJson) ? sentencePieceOfJson(files, out) : byteLevel(files, out);
};
