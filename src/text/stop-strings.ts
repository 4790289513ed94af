import { NibbleError } from '../util/errors';
import { hasLoneSurrogate } from '../util/utf8';

/** Throws NibbleError for a stop string that no text can hold. */
export function checkStopStrings(words: readonly string[]): void {
  for (const word of words)
    if (typeof word !== 'string' || hasLoneSurrogate(word))
      throw new NibbleError(
        `The stop string ${JSON.stringify(word)} is no text: expected whole characters.`,
        'Give it as a string, a whole emoji included.',
      );
}

/** Lengths of the longest proper prefix that is a suffix, for each beginning of a string. */
function failuresOf(word: string): Int32Array {
  const failures = new Int32Array(word.length);
  for (let i = 1, length = 0; i < word.length; i++) {
    while (length > 0 && word[i] !== word[length]) length = failures[length - 1]!;
    if (word[i] === word[length]) length++;
    failures[i] = length;
  }
  return failures;
}

/** A stop string, and how much of it the end of the text so far is. */
class Automaton {
  readonly word: string;
  readonly #failures: Int32Array;
  #length = 0;

  constructor(word: string) {
    this.word = word;
    this.#failures = failuresOf(word);
  }
  get length(): number {
    return this.#length;
  }
  /** Takes a code unit; true when it completes the string. */
  push(unit: string): boolean {
    const { word } = this;
    while (this.#length > 0 && word[this.#length] !== unit) this.#length = this.#failures[this.#length - 1]!;
    if (word[this.#length] === unit) this.#length++;
    return this.#length === word.length;
  }
}

/**
 * Finds the first stop string in a text that comes in pieces: the one that is complete first, and of several that end
 * there the longest. Pieces make no difference. It takes time by the text alone, however long the strings are.
 */
export class StopStrings {
  readonly #automata: readonly Automaton[];
  #taken = 0;
  #certain = 0;
  #found: string | undefined;

  /** Empty strings stop nothing, as in llama.cpp. */
  constructor(words: readonly string[] = []) {
    this.#automata = words.filter((word) => word !== '').map((word) => new Automaton(word));
  }

  get isOn(): boolean {
    return this.#automata.length > 0;
  }
  /** Code units of all text so far that belong to no stop string, whatever follows. */
  get certain(): number {
    return this.#certain;
  }
  get found(): string | undefined {
    return this.#found;
  }

  /** Takes more text; nothing after a stop string counts. */
  push(text: string): void {
    if (this.#found !== undefined) return;
    for (const unit of this.isOn ? text.split('') : []) {
      this.#taken++;
      for (const automaton of this.#automata)
        if (automaton.push(unit) && automaton.word.length > (this.#found?.length ?? 0))
          this.#found = automaton.word;
      if (this.#found !== undefined) {
        this.#certain = this.#taken - this.#found.length;
        return;
      }
    }
    if (!this.isOn) this.#taken += text.length;
    this.#certain = this.#taken - this.#automata.reduce((most, a) => Math.max(most, a.length), 0);
  }

  /** A special token, which has no text of its own: it ends the text where its name is a stop string. */
  pushSpecial(name: string): void {
    if (this.#found !== undefined || !this.#automata.some(({ word }) => word === name)) return;
    this.#found = name;
    this.#certain = this.#taken;
  }
}
