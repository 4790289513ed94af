import { parseSync } from 'vite';

interface Comment {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** WGSL has no string literals, so a regular expression finds its comments. */
const inShader = (code: string): Comment[] =>
  [...code.matchAll(/\/\/.*|\/\*[\s\S]*?\*\//g)].map(({ 0: text, index }) => ({
    value: text.slice(2),
    start: index,
    end: index + text.length,
  }));

/** The text of every comment of a file; of consecutive `//` lines, which are one comment, only the first. */
export function commentsOf(path: string, code: string): string[] {
  const found: readonly Comment[] = path.endsWith('.wgsl') ? inShader(code) : parseSync(path, code).comments;
  const isOwnLine = ({ start }: Comment) =>
    code.startsWith('//', start) && code.slice(code.lastIndexOf('\n', start) + 1, start).trim() === '';
  return found
    .filter((comment, i) => {
      const before = found[i - 1];
      const isNext = before && /^\r?\n[ \t]*$/.test(code.slice(before.end, comment.start));
      return !(isNext && isOwnLine(before) && isOwnLine(comment));
    })
    .map(({ value }) => value.replace(/^[\s*/]+/, ''));
}
