import { getNumbers, getStrings, type Metadata } from '../files/gguf/metadata';
import { FileError } from '../util/errors';

/** llama.cpp's token types. */
export const TokenType = { NORMAL: 1, UNKNOWN: 2, CONTROL: 3, USER_DEFINED: 4, UNUSED: 5, BYTE: 6 } as const;

export interface Vocabulary {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
  /** SentencePiece only. */
  readonly scores: readonly number[];
  /** Of duplicate texts, the last id. */
  readonly ids: ReadonlyMap<string, number>;
}

/** `label` names the file in errors. Throws FileError when there is no vocabulary. */
export function readVocabulary(label: string, metadata: Metadata): Vocabulary {
  const tokens = getStrings(metadata, 'tokenizer.ggml.tokens');
  if (!tokens)
    throw new FileError(
      `${label}: there is no tokenizer (metadata "tokenizer.ggml.tokens" is missing).`,
      'Add tokenizer.json or tokenizer.model to the folder. Without it the model can be quantized but not prompted.',
    );
  /** A number for each token, if the file has any. */
  const numbers = (key: string): readonly number[] | undefined => {
    if (!metadata.has(key)) return undefined;
    const values = getNumbers(metadata, key);
    if (values?.length === tokens.length && values.every(Number.isFinite)) return values;
    throw new FileError(
      `${label}: metadata "${key}" is no list of ${tokens.length} numbers, one for each token.`,
      'The file is damaged. Convert it again.',
    );
  };
  const types = numbers('tokenizer.ggml.token_type') ?? tokens.map(() => TokenType.NORMAL);
  const scores = numbers('tokenizer.ggml.scores') ?? [];
  return { tokens, types, scores, ids: new Map(tokens.map((token, id) => [token, id])) };
}
