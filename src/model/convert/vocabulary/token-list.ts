import type { MetadataWriter } from '../metadata/metadata-writer';
import { isRecord, type Json } from '../../../files/json';
import { TokenType } from '../../../text/tokenizer';

/** Tokens, scores and types of a vocabulary by id. Unset ids are padding. */
export class TokenList {
  readonly tokens: string[];
  readonly scores: number[];
  readonly types: number[];

  constructor(size: number) {
    this.tokens = Array.from({ length: size }, (_, id) => `[PAD${id}]`);
    this.scores = Array.from({ length: size }, () => -10000);
    this.types = Array.from({ length: size }, () => TokenType.UNUSED);
  }

  get size(): number {
    return this.tokens.length;
  }

  /** Sets a token. Ids outside the vocabulary are ignored, as in convert_hf_to_gguf.py. */
  set(id: number, token: string, score: number, type: number): void {
    if (!Number.isInteger(id) || id < 0 || id >= this.size) return;
    this.tokens[id] = token;
    this.scores[id] = score;
    this.types[id] = type;
  }

  write(out: MetadataWriter, withScores: boolean): void {
    out.strings('tokenizer.ggml.tokens', this.tokens);
    if (withScores) out.f32s('tokenizer.ggml.scores', this.scores);
    out.i32s('tokenizer.ggml.token_type', this.types);
  }
}

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

const added = (id: unknown, token: unknown): AddedToken[] =>
  isRecord(token) && typeof token.content === 'string'
    ? [{ id: Number(id), content: token.content, special: token.special === true }]
    : [];

/** added_tokens of tokenizer.json. */
export const addedOfJson = (json: Json | undefined): AddedToken[] =>
  (Array.isArray(json?.added_tokens) ? (json.added_tokens as unknown[]) : []).flatMap((t) =>
    added(isRecord(t) ? t.id : Number.NaN, t),
  );

/** added_tokens_decoder of tokenizer_config.json. */
export const addedOfConfig = (config: Json | undefined): AddedToken[] =>
  Object.entries(isRecord(config?.added_tokens_decoder) ? config.added_tokens_decoder : {}).flatMap(
    ([id, token]) => added(id, token),
  );

/** Returns true for control tokens that their file does not mark as special. Source: does_token_look_special. */
export const looksSpecial = (token: string): boolean =>
  ['<pad>', '<mask>', '<2mass>', '[@BOS@]'].includes(token) ||
  (token.startsWith('<|') && token.endsWith('|>')) ||
  (token.startsWith('<\uff5c') && token.endsWith('\uff5c>')) ||
  (token.startsWith('<unused') && token.endsWith('>'));

/** Text and type of an added token: a control token, or user-defined text with plain spaces. */
export const addedEntry = (token: AddedToken): { text: string; type: number } =>
  token.special || looksSpecial(token.content)
    ? { text: token.content, type: TokenType.CONTROL }
    : { text: token.content.replaceAll('\u2581', ' '), type: TokenType.USER_DEFINED };
