// The grammar of std::regex in its ECMAScript form, as libstdc++ reads it (bits/regex_scanner.tcc, regex_compiler.tcc):
// POSIX classes in brackets; no lookbehind, no named groups, no flags.
import { UnsupportedError } from '../../util/errors';
import { byteByName, classByName, type Pattern, setOf } from '../../util/pattern/syntax';

const MAX_LENGTH = 10_000;
const MAX_DEPTH = 200;
const SINGLE: Readonly<Record<string, number>> = { '0': 0, f: 12, n: 10, r: 13, t: 9, v: 11 };

const lone = (byte: number): Pattern => ({ kind: 'set', set: setOf((b) => b === byte) });

/** Reads one pattern, a string of bytes (a character each). */
export class PatternParser {
  readonly #text: string;
  readonly #source: string;
  #at = 0;
  #depth = 0;
  #stacked = 0;
  #groups = 0;
  readonly #open = new Set<number>();

  /** `source` is what messages call the pattern. */
  constructor(text: string, source: string) {
    this.#text = text;
    this.#source = source;
  }

  parse(): Pattern {
    if (this.#text.length > MAX_LENGTH) this.#refuse(`it is longer than ${MAX_LENGTH} bytes`);
    const found = this.#options();
    if (this.#at < this.#text.length)
      this.#refuse(
        this.#text[this.#at] === ')' ? 'it closes a group that is not open' : 'there is nothing to repeat',
      );
    return found;
  }

  #refuse(why: string): never {
    throw new UnsupportedError(
      `The pattern "${this.#source}" is refused at byte ${this.#at}: ${why}.`,
      'Patterns are those of std::regex (ECMAScript), as llama-quantize takes them.',
    );
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** The next byte; refuses the end. */
  #byte(missing: string): string {
    const byte = this.#text[this.#at++];
    return byte ?? this.#refuse(missing);
  }

  #options(): Pattern {
    if (++this.#depth > MAX_DEPTH) this.#refuse(`it is nested deeper than ${MAX_DEPTH}`);
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    this.#depth--;
    return options.length === 1 ? options[0]! : { kind: 'any', options };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    for (;;) {
      const part = this.#assertion() ?? this.#repeated();
      if (!part) return parts.length === 1 ? parts[0]! : { kind: 'all', parts };
      parts.push(part);
    }
  }

  #assertion(): Pattern | undefined {
    if (this.#take('^')) return { kind: 'edge', edge: 'start' };
    if (this.#take('$')) return { kind: 'edge', edge: 'end' };
    if (this.#take('\\b')) return { kind: 'edge', edge: 'word' };
    if (this.#take('\\B')) return { kind: 'edge', edge: 'inside' };
    const negated = this.#text.startsWith('(?!', this.#at);
    if (!negated && !this.#text.startsWith('(?=', this.#at)) return undefined;
    this.#at += 3;
    return { kind: 'look', part: this.#inside(), negated };
  }

  /** The rest of a group whose opening was read. */
  #inside(): Pattern {
    const part = this.#options();
    if (!this.#take(')')) this.#refuse('a group is not closed');
    return part;
  }

  #repeated(): Pattern | undefined {
    let part = this.#atom();
    if (!part) return undefined;
    for (let stacked = false; ; stacked = true) {
      const times = this.#times();
      if (!times) return part;
      if (stacked && ++this.#stacked > MAX_DEPTH) this.#refuse('it repeats repetitions too often');
      part = { kind: 'repeat', part, ...times, lazy: this.#take('?') };
    }
  }

  #times(): { min: number; max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#take('?')) return { min: 0, max: 1 };
    if (!this.#take('{')) return undefined;
    const min = this.#number();
    if (min === undefined) this.#refuse('braces hold no count');
    const max = this.#take(',') ? (this.#number() ?? Number.POSITIVE_INFINITY) : min;
    if (!this.#take('}')) this.#refuse('braces are not closed');
    if (max < min) this.#refuse(`it repeats from ${min} to ${max} times`);
    return { min, max };
  }

  #number(): number | undefined {
    const digits = /^\d+/.exec(this.#text.slice(this.#at, this.#at + 20))?.[0];
    this.#at += digits?.length ?? 0;
    return digits === undefined ? undefined : Number(digits);
  }

  #atom(): Pattern | undefined {
    const byte = this.#text[this.#at];
    if (byte === undefined || '|)*+?{'.includes(byte)) return undefined;
    this.#at++;
    if (byte === '.') return { kind: 'set', set: setOf((b) => b !== 10 && b !== 13) };
    if (byte === '[') return this.#bracket();
    if (byte === '\\') return this.#escape();
    if (byte !== '(') return lone(byte.charCodeAt(0));
    if (this.#take('?:')) return this.#inside();
    if (this.#take('?'))
      this.#refuse('of the forms of (?...) there are (?:...), (?=...) and (?!...); no lookbehind, no names');
    const index = ++this.#groups;
    this.#open.add(index);
    const part = this.#inside();
    this.#open.delete(index);
    return { kind: 'group', part, index };
  }

  #escape(): Pattern {
    const letter = this.#byte('it ends with a backslash');
    if (/[1-9]/.test(letter)) {
      this.#at--;
      const index = this.#number()!;
      if (index > this.#groups || this.#open.has(index))
        this.#refuse(`\\${index} refers to a group that is not there yet`);
      return { kind: 'same', index };
    }
    const among = this.#quotedClass(letter);
    return among ? { kind: 'set', set: setOf(among) } : lone(this.#escaped(letter));
  }

  /** The test of \d, \D, \s, \S, \w and \W. */
  #quotedClass(letter: string): ((byte: number) => boolean) | undefined {
    if (!'dDsSwW'.includes(letter)) return undefined;
    const among = classByName(letter)!;
    return letter === letter.toLowerCase() ? among : (byte) => !among(byte);
  }

  /** The byte of an escape that is none of the others. */
  #escaped(letter: string): number {
    if (Object.hasOwn(SINGLE, letter)) return SINGLE[letter]!;
    if (letter === 'c') return this.#byte('\\c names no letter').charCodeAt(0);
    if (letter !== 'x' && letter !== 'u') return letter.charCodeAt(0);
    const digits = letter === 'x' ? 2 : 4;
    const hex = this.#text.slice(this.#at, this.#at + digits);
    if (hex.length < digits || !/^[0-9a-f]+$/i.test(hex))
      this.#refuse(`\\${letter} wants ${digits} hexadecimal digits`);
    this.#at += digits;
    return Number.parseInt(hex, 16) & 255;
  }

  /** A bracket expression behind its `[`. */
  #bracket(): Pattern {
    const negated = this.#take('^');
    const set = new Uint8Array(256);
    /** The last byte, which may begin a range; a class, which may not. */
    let last: number | 'class' | undefined;
    const take = (byte: number): void => {
      set[byte] = 1;
      last = byte;
    };
    for (let first = true; !this.#take(']'); first = false) {
      const term = this.#term();
      if (term !== '-') {
        if (typeof term === 'number') take(term);
        else {
          for (let byte = 0; byte < 256; byte++) if (term(byte)) set[byte] = 1;
          last = 'class';
        }
      } else if (first || this.#text[this.#at] === ']' || last === undefined) take(45);
      else {
        if (last === 'class') this.#refuse('a class begins a range');
        const end = this.#term();
        if (typeof end === 'function') this.#refuse('a class ends a range');
        const to = end === '-' ? 45 : end;
        if (to < last) this.#refuse('a range ends before it begins');
        for (let byte = last; byte <= to; byte++) set[byte] = 1;
        last = undefined;
      }
    }
    return { kind: 'set', set: negated ? set.map((flag) => 1 - flag) : set };
  }

  /** A byte, a class or a dash of a bracket expression. */
  #term(): number | '-' | ((byte: number) => boolean) {
    const byte = this.#byte('a bracket is not closed');
    if (byte === '-') return '-';
    if (byte === '\\') return this.#bracketEscape();
    const kind = this.#text[this.#at];
    if (byte !== '[' || kind === undefined || !':.='.includes(kind)) return byte.charCodeAt(0);
    const end = this.#text.indexOf(`${kind}]`, this.#at + 1);
    if (end < 0) this.#refuse(`[${kind} is not closed`);
    const name = this.#text.slice(this.#at + 1, end);
    if (kind === ':') {
      const among = classByName(name) ?? this.#refuse(`there is no class [:${name}:]`);
      this.#at = end + 2;
      return among;
    }
    const element = byteByName(name) ?? this.#refuse(`there is no character [${kind}${name}${kind}]`);
    this.#at = end + 2;
    // Equivalence is that of the C locale's primary keys: letters without their case.
    return kind === '.' ? element : (other) => lower(other) === lower(element);
  }

  #bracketEscape(): number | ((byte: number) => boolean) {
    const letter = this.#byte('a bracket is not closed');
    if (letter === 'b') return 8;
    if (/[1-9]/.test(letter)) this.#refuse(`a bracket holds \\${letter}`);
    return this.#quotedClass(letter) ?? this.#escaped(letter);
  }
}

const lower = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte);
