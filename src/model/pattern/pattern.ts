import { compilePattern } from '../../util/pattern/program';
import { PatternRun } from '../../util/pattern/run';
import { bytesAsText, encodeUtf8 } from '../../util/utf8';
import { PatternParser } from './parse';

/** Chooses tensors by name. A RegExp does, too. */
export interface NamePattern {
  /** True for the names of tensors that are chosen. */
  test(name: string): boolean;
}

/**
 * A pattern as llama-quantize's --tensor-type takes it: a std::regex in ECMAScript form, in small letters, that is
 * searched for in the name. Its time is bounded. Throws UnsupportedError for what std::regex refuses.
 */
export function tensorPattern(source: string): NamePattern & { readonly source: string } {
  const small = source.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const shown = source.length > 80 ? `${source.slice(0, 80)}...` : source;
  const parsed = new PatternParser(bytesAsText(encodeUtf8(small)), shown).parse();
  const run = new PatternRun(compilePattern(parsed, shown), shown);
  return { source, test: (name) => run.search(encodeUtf8(name)) };
}

/** A pattern that matches one name and no other, in ASCII without quotes, blanks, capitals and `=`. */
export function exactPattern(name: string): string {
  const bytes = Array.from(encodeUtf8(name), (byte) => {
    const character = String.fromCharCode(byte);
    if (/[a-z0-9_-]/.test(character)) return character;
    return character === '.' ? '\\.' : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `^${bytes.join('')}$`;
}
