// Names, messages and texts of files are data. Shown, they must not act on a terminal or on the text around them.
import { displayText } from './utf8';

/** Bidi controls that reorder what follows: embeddings, overrides and isolates. */
const REORDERING = '\\u202a-\\u202e\\u2066-\\u2069';
/** Control characters but for tabs and newlines, and what reorders. */
const IN_TEXT = new RegExp(`[${REORDERING}]|(?![\\t\\n])\\p{Cc}`, 'gu');
/** All that has no shape of its own: control and format characters, separators of lines, fillers, half pairs. */
const IN_NAME = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  // Bytes that are not UTF-8 came as these (util/utf8).
  const byte = code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code;
  if (SHORT[character] !== undefined) return SHORT[character];
  return byte < 256 ? `\\x${byte.toString(16).padStart(2, '0')}` : `\\u{${byte.toString(16)}}`;
}

/** A name, a value or a message on one line: what cannot be seen is written as an escape. */
export const visible = (text: string): string => text.replace(IN_NAME, escaped);

/** A text of many lines, such as what a model writes: tabs, newlines and invisible joiners stay. */
export const visibleText = (text: string): string => displayText(text.replace(IN_TEXT, escaped));

/** JSON of a value in which what cannot be seen is an escape of JSON's own. */
export const visibleJson = (value: unknown): string =>
  JSON.stringify(value).replace(IN_NAME, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );

/**
 * A JSON value within a message: a text as it is, all else as JSON. String() asks an object for its toString, which a file
 * may have made a number.
 */
export const shownValue = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
