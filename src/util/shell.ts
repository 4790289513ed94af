// Words of a POSIX shell. A command that is printed must run as printed, whatever a file is called.
import { visible } from './foreign-text';
import { encodeUtf8 } from './utf8';

/**
 * One word of a command line. Simple words stay bare; others are in single quotes, which keep every character. A word
 * with characters that cannot be seen is in dollar-single-quotes (POSIX 2024), as escapes, so that a terminal does not
 * act on them. NUL, which no argument can hold, is left out.
 */
export function shellWord(text: string): string {
  const word = text.replaceAll('\0', '');
  if (/^[\w./:@%+,-]+$/.test(word)) return word;
  if (visible(word) === word) return `'${word.replaceAll("'", `'\\''`)}'`;
  const bytes = Array.from(encodeUtf8(word), (byte) =>
    byte >= 32 && byte < 127 && byte !== 39 && byte !== 92
      ? String.fromCharCode(byte)
      : `\\${byte.toString(8).padStart(3, '0')}`,
  );
  return `$'${bytes.join('')}'`;
}

/** A word that is a path: a leading dash must not make an option of it. */
export const shellPath = (path: string): string => shellWord(path.startsWith('-') ? `./${path}` : path);
