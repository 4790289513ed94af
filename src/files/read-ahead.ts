/**
 * Reads that follow one another, so many of them begun before they are asked for. The caller holds what it took; beyond
 * that at most `ahead` results are in memory.
 */
export class ReadAhead<T> {
  readonly #reads: readonly (() => Promise<T>)[];
  readonly #ahead: number;
  readonly #begun: Promise<T>[] = [];
  #next = 0;

  constructor(reads: readonly (() => Promise<T>)[], ahead = 1) {
    this.#reads = reads;
    this.#ahead = ahead;
  }

  #begin(): void {
    const read = this.#reads[this.#next++]!();
    read.catch(() => {}); // told to who takes it; nobody does after a failure before it
    this.#begun.push(read);
  }

  /** The next result, in order; a failed read fails here. */
  async take(): Promise<T> {
    if (this.#begun.length === 0) {
      if (this.#next >= this.#reads.length) throw new RangeError('nothing is left to read');
      this.#begin();
    }
    const result = await this.#begun.shift()!;
    while (this.#begun.length < this.#ahead && this.#next < this.#reads.length) this.#begin();
    return result;
  }
}
