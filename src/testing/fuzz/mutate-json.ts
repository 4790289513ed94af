// Mutations of JSON: a value somewhere in the tree becomes another, is moved, lost, doubled, nested or renamed.
import { type Chooser, odd, oddTexts } from './chooser';

type Node = unknown[] | Record<string, unknown>;
interface Place {
  readonly holder: Node;
  readonly key: string | number;
}

/** Every place of a tree that holds a value, at most so many. */
function placesOf(root: unknown, max: number): Place[] {
  const places: Place[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      if (places.length >= max) return;
      places.push({ holder: node as Node, key });
      visit((node as Record<string, unknown>)[key]);
    }
  };
  visit(root);
  return places;
}

const at = ({ holder, key }: Place): unknown => (holder as Record<string, unknown>)[key];
const put = ({ holder, key }: Place, value: unknown): void => {
  (holder as Record<string, unknown>)[key] = value;
};

function lose({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

function rename(r: Chooser, place: Place, names: readonly string[]): void {
  const value = at(place);
  lose(place);
  const name = r.oneIn(3) ? r.pick(oddTexts) : r.pick(names);
  if (Array.isArray(place.holder)) place.holder.push(value);
  else
    Object.defineProperty(place.holder, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}

const nested = (value: unknown, depth: number): unknown => {
  let out = value;
  for (let i = 0; i < depth; i++) out = i % 2 ? { a: out } : [out];
  return out;
};

/** A value beside another of its kind, or of a kind that nobody expects. */
function another(r: Chooser, value: unknown): unknown {
  if (typeof value === 'number' && !r.oneIn(4)) {
    const near = [value + 1, value - 1, -value, value * 2, value / 2, value + 0.5, value * 2 ** 31];
    return r.oneIn(2) ? r.pick(near) : r.pick(odd);
  }
  if (typeof value === 'string' && !r.oneIn(4)) {
    const cut = r.below(value.length + 1);
    const near = [
      value.slice(0, cut),
      value + r.pick(oddTexts),
      value.slice(0, cut) + r.pick(oddTexts) + value.slice(cut),
    ];
    return r.oneIn(2) ? r.pick(near) : r.pick(oddTexts);
  }
  if (typeof value === 'boolean' && !r.oneIn(4)) return !value;
  const others = [null, true, false, {}, [], [[]], { a: 1 }, 1.5, 'text', value, [value], 1e308, -0, '12'];
  return r.oneIn(3) ? r.pick<unknown>(oddTexts) : r.oneIn(2) ? r.pick<unknown>(odd) : r.pick<unknown>(others);
}

/** Words of a reader that a mutation may put in the place of keys and values. */
export interface Words {
  readonly keys: readonly string[];
  readonly values: readonly unknown[];
}
const NO_WORDS: Words = { keys: ['a', 'name', 'type', 'id'], values: [] };

const MAX_PLACES = 4000;

/** Mutates a tree in place, and returns it or what stands for it. */
export function mutateJson(r: Chooser, root: unknown, words: Words = NO_WORDS): unknown {
  let tree = root;
  for (let n = r.few(); n > 0; n--) {
    const places = placesOf(tree, MAX_PLACES);
    if (places.length === 0) return another(r, tree);
    const place = r.pick(places);
    switch (r.below(11)) {
      case 0:
        lose(place);
        break;
      case 1:
        rename(r, place, words.keys);
        break;
      case 2:
        put(place, at(r.pick(places)));
        break;
      case 3: {
        const other = r.pick(places);
        const [a, b] = [at(place), at(other)];
        put(place, b);
        put(other, a);
        break;
      }
      case 4:
        if (Array.isArray(place.holder)) place.holder.splice(Number(place.key), 0, at(place));
        else rename(r, { ...place }, words.keys);
        break;
      case 5:
        put(place, nested(at(place), 1 + r.below(r.oneIn(20) ? 200 : 3)));
        break;
      case 6:
      case 7:
        if (words.values.length > 0) put(place, r.pick(words.values));
        else put(place, another(r, at(place)));
        break;
      default:
        put(place, another(r, at(place)));
    }
    if (r.oneIn(200)) tree = nested(tree, 1 + r.below(3));
  }
  return tree;
}

/** JSON of a mutated tree. A tree that has come to hold itself, or is nested too deep to write, is written as far as it goes. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return '{"circular":true}';
  }
}

const encoder = new TextEncoder();

/** The seeds' JSON, mutated by structure, and now and then by bytes as well. */
export function mutatedJson(r: Chooser, seed: string, words?: Words): Uint8Array<ArrayBuffer> {
  if (r.oneIn(500)) return encoder.encode(seed);
  if (r.oneIn(5000)) return encoder.encode('['.repeat(100_000));
  const bytes = encoder.encode(r.oneIn(8) ? seed : jsonText(mutateJson(r, JSON.parse(seed), words)));
  return r.oneIn(8) ? mutateBytes(r, bytes) : bytes;
}

/** Bits flipped, bytes set, runs cut, doubled, moved or put in, ends cut off. */
export function mutateBytes(r: Chooser, from: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let bytes = from.slice();
  for (let n = r.few(); n > 0 && bytes.length > 0; n--) {
    const place = r.below(bytes.length);
    const run = 1 + r.below(Math.min(16, bytes.length - place));
    switch (r.below(7)) {
      case 0:
        bytes[place] = bytes[place]! ^ (1 << r.below(8));
        break;
      case 1:
        bytes[place] = r.pick([0, 1, 0x7f, 0x80, 0xff, 0x20, 0x22, 0x5b, 0x7b]);
        break;
      case 2:
        bytes = joined(bytes.subarray(0, place), bytes.subarray(place + run));
        break;
      case 3:
        bytes = joined(bytes.subarray(0, place + run), bytes.subarray(place));
        break;
      case 4:
        bytes.copyWithin(place, r.below(bytes.length), r.below(bytes.length));
        break;
      case 5:
        bytes = bytes.slice(0, r.oneIn(2) ? place : bytes.length - 1);
        break;
      default:
        bytes = joined(bytes.subarray(0, place), Uint8Array.from([0xef, 0xbb, 0xbf]), bytes.subarray(place));
    }
  }
  return bytes;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
