// Regular expressions of config files, which are Python's. They are a stranger's: an engine that tries one path after the
// other may take years over "(a+)+$". Here all paths are followed at once, as the set of places that they have come to.
import { UnsupportedError } from '../../util/errors';

/** Places in a text, one flag for each, the end included. */
type Places = Uint8Array;

type Node =
  | { readonly kind: 'char'; readonly matches: (char: string) => boolean }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'choice'; readonly nodes: readonly Node[] }
  | { readonly kind: 'repeat'; readonly node: Node; readonly least: number; readonly most: number }
  | { readonly kind: 'look'; readonly node: Node; readonly ahead: boolean }
  | { readonly kind: 'edge'; readonly at: 'start' | 'end' | 'word' };

const MAX_PATTERN = 1000;
const MAX_TEXT = 1000;
/** Steps of one match, and of all matches of an expression: beyond what those of configs take, and soon over. */
const MAX_STEPS = 10_000_000;
const MAX_ALL_STEPS = 200_000_000;
const MAX_DEPTH = 50;

const CLASSES: Readonly<Record<string, (char: string) => boolean>> = {
  d: (c) => c >= '0' && c <= '9',
  w: (c) => /\w/.test(c),
  s: (c) => /\s/.test(c),
  D: (c) => !(c >= '0' && c <= '9'),
  W: (c) => !/\w/.test(c),
  S: (c) => !/\s/.test(c),
};
const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Node {
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

  #choice(): Node {
    if (++this.#depth > MAX_DEPTH) throw this.#wrong();
    const nodes = [this.#sequence()];
    while (this.#take('|')) nodes.push(this.#sequence());
    this.#depth--;
    return nodes.length === 1 ? nodes[0]! : { kind: 'choice', nodes };
  }

  #sequence(): Node {
    const nodes: Node[] = [];
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at]!))
      nodes.push(this.#repeated());
    return { kind: 'sequence', nodes };
  }

  #repeated(): Node {
    let node = this.#atom();
    for (;;) {
      const counts = this.#counts();
      if (!counts) return node;
      // Greedy or not, the same texts match.
      this.#take('?');
      node = { kind: 'repeat', node, least: counts[0], most: counts[1] };
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

  #atom(): Node {
    const char = this.#next();
    if (char === '(') return this.#group();
    if (char === '[') return this.#set();
    if (char === '.') return { kind: 'char', matches: (c) => c !== '\n' };
    if (char === '^') return { kind: 'edge', at: 'start' };
    if (char === '$') return { kind: 'edge', at: 'end' };
    if (char === '\\') return this.#escape();
    if ('*+?'.includes(char)) {
      this.#at--;
      throw this.#wrong();
    }
    return { kind: 'char', matches: (c) => c === char };
  }

  #group(): Node {
    let look: boolean | undefined;
    if (this.#take('?=')) look = true;
    else if (this.#take('?!')) look = false;
    else if (this.#take('?P<')) while (this.#next() !== '>');
    else if (!this.#take('?:') && this.#text[this.#at] === '?') throw this.#wrong();
    const node = this.#choice();
    if (!this.#take(')')) throw this.#wrong();
    return look === undefined ? node : { kind: 'look', node, ahead: look };
  }

  #escape(): Node {
    const char = this.#next();
    if (char === 'Z') return { kind: 'edge', at: 'end' };
    if (char === 'A') return { kind: 'edge', at: 'start' };
    if (char === 'b') return { kind: 'edge', at: 'word' };
    const known = CLASSES[char];
    if (known) return { kind: 'char', matches: known };
    const literal = this.#literal(char);
    return { kind: 'char', matches: (c) => c === literal };
  }

  /** The letter that an escape stands for. Letters and digits that mean something else are refused. */
  #literal(char: string): string {
    const special = ESCAPED[char];
    if (special === undefined && /[A-Za-z0-9]/.test(char)) throw this.#wrong();
    return special ?? char;
  }

  #set(): Node {
    const negated = this.#take('^');
    const parts: ((c: string) => boolean)[] = [];
    for (let first = true; first || this.#text[this.#at] !== ']'; first = false) {
      const char = this.#next();
      const named = char === '\\' ? CLASSES[this.#text[this.#at] ?? ''] : undefined;
      if (named) {
        this.#at++;
        parts.push(named);
        continue;
      }
      const from = char === '\\' ? this.#literal(this.#next()) : char;
      if (this.#text[this.#at] === '-' && this.#text[this.#at + 1] !== ']') {
        this.#at++;
        const end = this.#next();
        const to = end === '\\' ? this.#literal(this.#next()) : end;
        parts.push((c) => c >= from && c <= to);
      } else parts.push((c) => c === from);
    }
    this.#at++;
    return { kind: 'char', matches: (c) => parts.some((part) => part(c)) !== negated };
  }
}

class Match {
  readonly #text: string;
  readonly #pattern: string;
  readonly #most: number;
  steps = 0;

  constructor(text: string, pattern: string, most: number) {
    this.#text = text;
    this.#pattern = pattern;
    this.#most = most;
  }

  #isWord(at: number): boolean {
    return /^\w$/.test(this.#text[at] ?? '');
  }

  /** Places that are reached from any of `from`. */
  reach(node: Node, from: Places): Places {
    const length = this.#text.length;
    this.steps += from.length;
    if (this.steps > this.#most)
      throw new UnsupportedError(
        `The expression "${this.#pattern}" takes too long to be matched with "${this.#text}".`,
        'config.json names modules by it. Take the checkpoint that it was made from.',
      );
    if (node.kind === 'sequence') {
      let places = from;
      for (const part of node.nodes) places = this.reach(part, places);
      return places;
    }
    if (node.kind === 'repeat') return this.#repeat(node, from);
    const to = new Uint8Array(length + 1);
    if (node.kind === 'choice') {
      for (const part of node.nodes) {
        const reached = this.reach(part, from);
        for (let i = 0; i <= length; i++) to[i]! |= reached[i]!;
      }
      return to;
    }
    for (let i = 0; i <= length; i++) {
      if (from[i] === 0) continue;
      if (node.kind === 'char') {
        if (i < length && node.matches(this.#text[i]!)) to[i + 1] = 1;
      } else if (this.#holds(node, i)) to[i] = 1;
    }
    return to;
  }

  /** True if a node that takes no character holds at a place. */
  #holds(node: Extract<Node, { kind: 'edge' | 'look' }>, at: number): boolean {
    if (node.kind === 'edge') {
      if (node.at === 'word') return this.#isWord(at - 1) !== this.#isWord(at);
      return at === (node.at === 'start' ? 0 : this.#text.length);
    }
    const here = new Uint8Array(this.#text.length + 1);
    here[at] = 1;
    return this.reach(node.node, here).includes(1) === node.ahead;
  }

  #repeat({ node, least, most }: Extract<Node, { kind: 'repeat' }>, from: Places): Places {
    const all = new Uint8Array(from.length);
    let places = from;
    for (let n = 0; ; n++) {
      let isNew = n < least;
      if (n >= least)
        for (let i = 0; i < all.length; i++)
          if (places[i]! > all[i]!) {
            all[i] = 1;
            isNew = true;
          }
      if (!isNew || n >= most || !places.includes(1)) return all;
      const next = this.reach(node, places);
      // Once nothing moves, it is the same for all counts that are left.
      if (n < least && String(next) === String(places)) n = Math.max(n, least - 1);
      places = next;
    }
  }
}

/** A matcher that asks, as Python's re.match, for a beginning of a text that the expression matches. */
export function compilePattern(pattern: string): (text: string) => boolean {
  if (pattern.length > MAX_PATTERN)
    throw new UnsupportedError(
      `An expression of config.json has ${pattern.length} characters, expected at most ${MAX_PATTERN}.`,
      'Take the checkpoint that it was made from.',
    );
  const node = new Parser(pattern).parse();
  let left = MAX_ALL_STEPS;
  return (text) => {
    if (text.length > MAX_TEXT) return false;
    const start = new Uint8Array(text.length + 1);
    start[0] = 1;
    const match = new Match(text, pattern, Math.min(left, MAX_STEPS));
    const isMatch = match.reach(node, start).includes(1);
    left -= match.steps;
    return isMatch;
  };
}
