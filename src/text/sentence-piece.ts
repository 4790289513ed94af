import { encodeUtf8 } from '../util/utf8';
import { TokenType, type Vocabulary } from './vocabulary';

interface Pair {
  readonly left: number;
  readonly right: number;
  /** Length of the pair in UTF-16 units when queued; a pair whose parts have grown since is stale. */
  readonly size: number;
  readonly score: number;
}

const isBetter = (a: Pair, b: Pair): boolean => a.score > b.score || (a.score === b.score && a.left < b.left);

/** A binary heap with the best pair on top. */
class PairQueue {
  readonly #pairs: Pair[] = [];

  push(pair: Pair): void {
    const heap = this.#pairs;
    let at = heap.push(pair) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBetter(pair, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = pair;
  }

  pop(): Pair | undefined {
    const heap = this.#pairs;
    const top = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || !last) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBetter(heap[child + 1]!, heap[child]!)) child++;
      if (!isBetter(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

/**
 * SentencePiece BPE: merges neighbours whose text is a token, best score first, leftmost among equals; characters that
 * are not tokens become bytes. Source: llama-vocab.cpp, llm_tokenizer_spm_session.
 */
export class SentencePiece {
  readonly #v: Vocabulary;
  readonly #unknown: number;

  constructor(v: Vocabulary) {
    this.#v = v;
    this.#unknown = v.types.indexOf(TokenType.UNKNOWN);
  }

  encode(text: string): number[] {
    const parts = [...text.replaceAll(' ', '\u2581')];
    const next = parts.map((_, i) => (i + 1 < parts.length ? i + 1 : -1));
    const previous = parts.map((_, i) => i - 1);
    const queue = new PairQueue();
    const offer = (left: number, right: number): void => {
      if (left < 0 || right < 0) return;
      const joined = parts[left]! + parts[right]!;
      const id = this.#v.ids.get(joined);
      if (id !== undefined) queue.push({ left, right, size: joined.length, score: this.#v.scores[id] ?? 0 });
    };
    for (let i = 1; i < parts.length; i++) offer(i - 1, i);
    for (let pair = queue.pop(); pair; pair = queue.pop()) {
      const { left, right, size } = pair;
      const [a, b] = [parts[left]!, parts[right]!];
      if (a === '' || b === '' || a.length + b.length !== size) continue;
      parts[left] = a + b;
      parts[right] = '';
      next[left] = next[right]!;
      if (next[right]! >= 0) previous[next[right]!] = left;
      offer(previous[left]!, left);
      offer(left, next[left]!);
    }
    return parts.flatMap((part) => (part === '' ? [] : this.#ids(part)));
  }

  #ids(part: string): number[] {
    const id = this.#v.ids.get(part);
    if (id !== undefined) return [id];
    const bytes = [...encodeUtf8(part)].map((byte) => {
      const name = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
      return this.#v.ids.get(name) ?? this.#v.ids.get(String.fromCharCode(byte));
    });
    if (bytes.every((found) => found !== undefined)) return bytes;
    return this.#unknown >= 0 ? [this.#unknown] : [];
  }
}
