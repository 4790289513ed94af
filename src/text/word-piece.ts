import { TokenType, type Vocabulary } from './vocabulary';

/** Characters that BERT splits off as words. Source: llama-vocab.cpp, is_chinese_char. */
const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u;
const SINGLE = /[\p{P}]|[$+<=>^`|~]/u;

/**
 * WordPiece: words in lower case without accents, split greedily into the longest tokens; a word that cannot be split
 * is the unknown token. Source: llama-vocab.cpp, llm_tokenizer_wpm_session.
 */
export class WordPiece {
  readonly #v: Vocabulary;
  readonly #unknown: number;
  readonly #longest: number;

  constructor(v: Vocabulary, unknown: number | undefined) {
    this.#v = v;
    this.#unknown = unknown ?? v.types.indexOf(TokenType.UNKNOWN);
    this.#longest = v.tokens.reduce((max, t) => Math.max(max, t.length), 0);
  }

  encode(text: string): number[] {
    return this.#words(text).flatMap((word) => this.#cut(`\u2581${word}`));
  }

  #words(text: string): string[] {
    const words: string[] = [''];
    for (const char of text.normalize('NFD')) {
      if (/\s/u.test(char)) words.push('');
      else if (char === '\0' || char === '\ufffd' || /\p{Cc}|\p{Cf}|\p{Mn}/u.test(char)) continue;
      else if (SINGLE.test(char) || CHINESE.test(char)) words.push(char.toLowerCase(), '');
      else words.push(`${words.pop()}${char.toLowerCase()}`);
    }
    return words.filter((word) => word !== '');
  }

  #cut(word: string): number[] {
    const ids: number[] = [];
    for (let at = 0; at < word.length; ) {
      let end = Math.min(word.length, at + this.#longest);
      while (end > at && !this.#v.ids.has(word.slice(at, end))) end--;
      if (end === at) return [this.#unknown];
      ids.push(this.#v.ids.get(word.slice(at, end))!);
      at = end;
    }
    return ids;
  }
}
