// Python's white space, which is not JavaScript's: U+001C to U+001F and U+0085 are, U+FEFF is not.

const SPACES = new Set<number>([
  ...[9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000],
  ...Array.from({ length: 11 }, (_, i) => 0x2000 + i),
]);

export const isSpace = (code: number): boolean => SPACES.has(code);

/** Drops characters of `chars` at the ends that are asked for; white space where it is undefined. */
export function strip(text: string, chars: string | undefined, where: 'both' | 'start' | 'end'): string {
  const set = chars === undefined ? undefined : new Set(chars);
  const points = set && /[\ud800-\udfff]/.test(text) ? [...text] : undefined;
  const length = points?.length ?? text.length;
  const drops = (i: number): boolean =>
    set ? set.has(points ? points[i]! : text[i]!) : isSpace(text.charCodeAt(i));
  let start = 0;
  let end = length;
  if (where !== 'end') while (start < end && drops(start)) start++;
  if (where !== 'start') while (end > start && drops(end - 1)) end--;
  return points ? points.slice(start, end).join('') : text.slice(start, end);
}

/** The words of a text, as split() without a separator gives them: at most `limit` cuts, from the start or the end. */
export function words(text: string, limit = -1, fromEnd = false): string[] {
  const spans: [number, number][] = [];
  for (let i = 0; i < text.length; ) {
    while (i < text.length && isSpace(text.charCodeAt(i))) i++;
    const start = i;
    while (i < text.length && !isSpace(text.charCodeAt(i))) i++;
    if (i > start) spans.push([start, i]);
  }
  const all = spans.map(([start, end]) => text.slice(start, end));
  if (limit < 0 || spans.length <= limit) return all;
  const cut = spans.length - limit;
  if (fromEnd) return [text.slice(0, spans[cut - 1]![1]), ...all.slice(cut)];
  return [...all.slice(0, limit), text.slice(spans[limit]![0])];
}

const LINE_ENDS = new Set([10, 11, 12, 13, 28, 29, 30, 0x85, 0x2028, 0x2029]);

/** str.splitlines. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (!LINE_ENDS.has(text.charCodeAt(i))) continue;
    const end = text[i] === '\r' && text[i + 1] === '\n' ? i + 2 : i + 1;
    lines.push(text.slice(start, keepEnds ? end : i));
    start = end;
    i = end - 1;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}
