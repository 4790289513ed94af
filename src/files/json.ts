import { FileError } from '../util/errors';
import { decodeUtf8, firstInvalidUtf8, hasLoneSurrogate } from '../util/utf8';

const HINT = 'Download it again.';

export type Json = Record<string, unknown>;
export const isRecord = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v);

/**
 * A value of a JSON file as Number makes it of a number, a text or a truth value; NaN of an object or a list, whose own
 * `toString` is not asked.
 */
export const jsonNumber = (value: unknown): number =>
  typeof value === 'object' && value !== null ? Number.NaN : Number(value);

/** True if a string of a JSON value, keys included, holds half a pair of surrogates. */
function hasHalfPair(value: unknown): boolean {
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string' && hasLoneSurrogate(next)) return true;
    if (typeof next !== 'object' || next === null) continue;
    if (Object.keys(next).some(hasLoneSurrogate)) return true;
    for (const inner of Object.values(next)) open.push(inner);
  }
  return false;
}

/** JSON, with the Infinity and NaN that Python's module reads and writes; NaN becomes null. */
function parsePython(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const plain = text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (found) =>
      found[0] === '"' ? found : found === 'NaN' ? 'null' : found[0] === '-' ? '-1e999' : '1e999',
    );
    if (plain === text) throw error;
    return JSON.parse(plain);
  }
}

/**
 * Text and value of a JSON file, which is UTF-8 by its standard. A byte order mark is passed over, as RFC 8259 allows:
 * editors on Windows write it, and it changes no value. Throws FileError for bytes that are not UTF-8, for what is no
 * JSON, and for escapes of half a surrogate pair, which no other file could hold as UTF-8.
 */
export function parseJson(bytes: Uint8Array, name: string): { text: string; value: unknown } {
  const text = decodeUtf8(bytes).replace(/^\ufeff/, '');
  if (hasLoneSurrogate(text))
    throw new FileError(
      `${name}: byte ${firstInvalidUtf8(bytes)} is not UTF-8, expected JSON in UTF-8.`,
      'Save it as UTF-8, or download it again.',
    );
  let value: unknown;
  try {
    value = parsePython(text);
  } catch (error) {
    throw new FileError(
      `${name} is no JSON: ${error instanceof Error ? error.message : String(error)}`,
      HINT,
    );
  }
  if (/\\u[dD][89a-fA-F]/.test(text) && hasHalfPair(value))
    throw new FileError(
      `${name}: an escape is half a surrogate pair (\\ud800 to \\udfff alone), expected whole characters.`,
      HINT,
    );
  return { text, value };
}

/** Offset behind the closing quote of a JSON string that begins at `at`. */
function stringEnd(text: string, at: number): number {
  for (let i = at + 1; ; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
}

/** A key that stands twice in one object of a valid JSON text, of which JSON.parse keeps the last silently. */
export function duplicateKey(text: string): string | undefined {
  /** The keys of each open object; undefined for an open array. */
  const open: (Set<string> | undefined)[] = [];
  /** A string is a key after `{` and `,` of an object. */
  let isKey = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{' || char === '[') open.push(char === '{' ? new Set() : undefined);
    else if (char === '}' || char === ']') open.pop();
    if (char === '{' || char === ',') isKey = true;
    if (char !== '"') continue;
    const end = stringEnd(text, at);
    const keys = isKey ? open.at(-1) : undefined;
    if (keys) {
      const key = JSON.parse(text.slice(at, end)) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
    isKey = false;
    at = end - 1;
  }
  return undefined;
}
