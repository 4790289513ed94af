import { encodeUtf8 } from '../util/utf8';
import { TokenType, type Vocabulary } from './vocabulary';

/** Text between special tokens, or the id of a special token. */
export type Fragment = string | number;

/** Special tokens of Phi-3 that do not swallow the following white space. */
const PHI3_KEEPS_SPACE = ['<unk>', '<s>', '<|endoftext|>'];

/** Splits text at special tokens, longest token first. Source: llama-vocab.cpp, tokenizer_st_partition. */
export class SpecialSplitter {
  readonly #tokens: readonly { id: number; text: string; control: boolean; eatsSpace: boolean }[];

  /**
   * `modelName` is general.name, by which llama.cpp detects Phi-3, whose special tokens swallow following white space.
   */
  constructor(v: Vocabulary, modelName = '') {
    const isPhi3 = /phi-?3/i.test(modelName);
    const special: number[] = [TokenType.CONTROL, TokenType.USER_DEFINED, TokenType.UNKNOWN];
    this.#tokens = v.tokens
      .map((text, id) => ({
        id,
        text,
        control: v.types[id] !== TokenType.USER_DEFINED,
        eatsSpace: isPhi3 && !PHI3_KEEPS_SPACE.includes(text),
      }))
      .filter(({ id, text }) => text !== '' && special.includes(v.types[id]!))
      .map((token) => ({ ...token, sizeBytes: encodeUtf8(token.text).length }))
      .sort((a, b) => b.sizeBytes - a.sizeBytes);
  }

  /** Texts of the control tokens. */
  get controlTexts(): string[] {
    return this.#tokens.filter((t) => t.control).map((t) => t.text);
  }

  /** Without `control`, control tokens in the text are not split off. */
  split(text: string, control: boolean): Fragment[] {
    let fragments: Fragment[] = text === '' ? [] : [text];
    for (const token of this.#tokens) {
      if (token.control && !control) continue;
      if (!fragments.some((f) => typeof f === 'string' && f.includes(token.text))) continue;
      fragments = fragments.flatMap((f) => {
        if (typeof f === 'number') return [f];
        const parts = f.split(token.text);
        return parts.flatMap((part, i): Fragment[] => {
          const rest = i > 0 && token.eatsSpace ? part.replace(/^[ \t\n\v\f\r]+/, '') : part;
          const here: Fragment[] = rest === '' ? [] : [rest];
          return i > 0 ? [token.id, ...here] : here;
        });
      });
    }
    return fragments;
  }
}
