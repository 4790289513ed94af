import { Utf8Stream } from '../util/utf8';
import type { TextOrMark } from './answer-reader';
import type { TokenTable } from './tokenizer';

/** Decodes token ids incrementally; an incomplete UTF-8 sequence is held back. */
export class TextStream {
  readonly #tokenizer: TokenTable;
  readonly #stream = new Utf8Stream();

  constructor(tokenizer: TokenTable) {
    this.#tokenizer = tokenizer;
  }
  push(id: number): string {
    return this.#stream.push(this.#tokenizer.bytes(id));
  }
  /** Text of a token, or the mark that it is, after what an unfinished character left. */
  read(id: number): TextOrMark[] {
    const mark = this.#tokenizer.mark(id);
    if (mark === undefined) return [{ kind: 'text', text: this.push(id) }];
    const rest = this.end();
    const before: TextOrMark[] = rest === '' ? [] : [{ kind: 'text', text: rest }];
    return [...before, { kind: 'mark', text: mark }];
  }
  /** The last token ended inside of a character. */
  get isInside(): boolean {
    return this.#stream.isInside;
  }
  /** Flushes an incomplete sequence as replacement characters. */
  end(): string {
    return this.#stream.end();
  }
}

export function textOf(tokenizer: TokenTable, ids: readonly number[]): string {
  const stream = new TextStream(tokenizer);
  return ids.map((id) => stream.push(id)).join('') + stream.end();
}
