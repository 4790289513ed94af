// Regular expressions of config files, which are Python's: its grammar, run by the engine of util/pattern, which follows all paths
// at once. They are a stranger's: an engine that tries one path after the other may take years over "(a+)+$".
import { UnsupportedError } from '../../util/errors';
import { compilePattern as programOf } from '../../util/pattern/program';
import { PatternRun } from '../../util/pattern/run';
import { classByName, type Pattern, setOf } from '../../util/pattern/syntax';
import { bytesAsText, encodeUtf8 } from '../../util/utf8';

const MAX_PATTERN = 1000;
const MAX_TEXT = 1000;
const MAX_DEPTH = 50;

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };

const setWhere = (test: (byte: number) => boolean): Pattern => ({ kind: 'set', set: setOf(test) });
const lone = (char: string): Pattern => setWhere((byte) => byte === char.charCodeAt(0));
/** The test of \\d, \\D, \\s, \\S, \\w and \\W. */
function classOf(letter: string): ((byte: number) => boolean) | undefined {
  if (!/^[dDsSwW]$/.test(letter)) return undefined;
  const among = classByName(letter)!;
  return letter === letter.toLowerCase() ? among : (byte) => !among(byte);
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Pattern {
    const node = this.#choice();
    if (this.#at < this.#text.length) throw this.#wrong();
    return node;
  }

  #wrong(): UnsupportedError {
    return new UnsupportedError(
      `The expression "${this.#text}" cannot be read at character ${this.#at}; expected letters, classes, groups, alternatives, repeats and looks ahead.`,
      'config.json names modules by it. Take the checkpoint that it was made from.',
    );
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #next(): string {
    const char = this.#text[this.#at];
    if (char === undefined) throw this.#wrong();
    this.#at++;
    return char;
  }

  #choice(): Pattern {
    if (++this.#depth > MAX_DEPTH) throw this.#wrong();
    const nodes = [this.#sequence()];
    while (this.#take('|')) nodes.push(this.#sequence());
    this.#depth--;
    return nodes.length === 1 ? nodes[0]! : { kind: 'any', options: nodes };
  }

  #sequence(): Pattern {
    const nodes: Pattern[] = [];
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at]!))
      nodes.push(this.#repeated());
    return { kind: 'all', parts: nodes };
  }

  #repeated(): Pattern {
    let node = this.#atom();
    for (;;) {
      const counts = this.#counts();
      if (!counts) return node;
      // Greedy or not, the same texts match.
      this.#take('?');
      node = { kind: 'repeat', part: node, min: counts[0], max: counts[1], lazy: false };
    }
  }

  #counts(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#take('?')) return [0, 1];
    const [whole, least, comma, most] =
      /^\{(\d{0,4})(,?)(\d{0,4})\}/.exec(this.#text.slice(this.#at, this.#at + 12)) ?? [];
    if (whole === undefined || whole === '{}') return undefined;
    this.#at += whole.length;
    const from = Number(least);
    return [from, comma === '' ? from : most === '' ? Number.POSITIVE_INFINITY : Number(most)];
  }

  #atom(): Pattern {
    const char = this.#next();
    if (char === '(') return this.#group();
    if (char === '[') return this.#set();
    if (char === '.') return setWhere((byte) => byte !== 10);
    if (char === '^') return { kind: 'edge', edge: 'start' };
    if (char === '$') return { kind: 'edge', edge: 'end' };
    if (char === '\\') return this.#escape();
    if ('*+?'.includes(char)) {
      this.#at--;
      throw this.#wrong();
    }
    return lone(char);
  }

  #group(): Pattern {
    let look: boolean | undefined;
    if (this.#take('?=')) look = true;
    else if (this.#take('?!')) look = false;
    else if (this.#take('?P<')) while (this.#next() !== '>');
    else if (!this.#take('?:') && this.#text[this.#at] === '?') throw this.#wrong();
    const node = this.#choice();
    if (!this.#take(')')) throw this.#wrong();
    return look === undefined ? node : { kind: 'look', part: node, negated: !look };
  }

  #escape(): Pattern {
    const char = this.#next();
    if (char === 'Z') return { kind: 'edge', edge: 'end' };
    if (char === 'A') return { kind: 'edge', edge: 'start' };
    if (char === 'b') return { kind: 'edge', edge: 'word' };
    const known = classOf(char);
    return known ? setWhere(known) : lone(this.#literal(char));
  }

  /** The letter that an escape stands for. Letters and digits that mean something else are refused. */
  #literal(char: string): string {
    const special = ESCAPED[char];
    if (special === undefined && /[A-Za-z0-9]/.test(char)) throw this.#wrong();
    return special ?? char;
  }

  #set(): Pattern {
    const negated = this.#take('^');
    const parts: ((byte: number) => boolean)[] = [];
    for (let first = true; first || this.#text[this.#at] !== ']'; first = false) {
      const char = this.#next();
      const named = char === '\\' ? classOf(this.#text[this.#at] ?? '') : undefined;
      if (named) {
        this.#at++;
        parts.push(named);
        continue;
      }
      const from = (char === '\\' ? this.#literal(this.#next()) : char).charCodeAt(0);
      if (this.#text[this.#at] === '-' && this.#text[this.#at + 1] !== ']') {
        this.#at++;
        const end = this.#next();
        const to = (end === '\\' ? this.#literal(this.#next()) : end).charCodeAt(0);
        parts.push((byte) => byte >= from && byte <= to);
      } else parts.push((byte) => byte === from);
    }
    this.#at++;
    return setWhere((byte) => parts.some((part) => part(byte)) !== negated);
  }
}

/** A matcher that asks, as Python's re.match, for a beginning of a text that the expression matches. */
export function compilePattern(pattern: string): (text: string) => boolean {
  if (pattern.length > MAX_PATTERN)
    throw new UnsupportedError(
      `An expression of config.json has ${pattern.length} characters, expected at most ${MAX_PATTERN}.`,
      'Take the checkpoint that it was made from.',
    );
  const parsed = new Parser(bytesAsText(encodeUtf8(pattern))).parse();
  const run = new PatternRun(programOf(parsed, pattern), pattern);
  return (text) => text.length <= MAX_TEXT && run.startsWith(encodeUtf8(text));
}
