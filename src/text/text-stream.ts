import type { TextTokenizer } from './tokenizer';

/** Decodes token ids incrementally; an incomplete UTF-8 sequence is held back. */
export class TextStream {
  readonly #tokenizer: TextTokenizer;
  readonly #decoder = new TextDecoder('utf-8');

  constructor(tokenizer: TextTokenizer) {
    this.#tokenizer = tokenizer;
  }
  push(id: number): string {
    return this.#decoder.decode(this.#tokenizer.bytes(id), { stream: true });
  }
  /** Flushes an incomplete sequence as replacement characters. */
  end(): string {
    return this.#decoder.decode();
  }
}

export function textOf(tokenizer: TextTokenizer, ids: readonly number[]): string {
  const stream = new TextStream(tokenizer);
  return ids.map((id) => stream.push(id)).join('') + stream.end();
}
