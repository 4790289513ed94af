// The places of an answer's tokens in the parts that it is shown in.
import type { RankedToken } from '../../infer/scored-token';
import type { AnswerPart } from '../../text/answer-reader';

/** A token's text in a part: from `start` to `end`, in code units. */
export interface TokenSpan {
  readonly start: number;
  readonly end: number;
  readonly token: RankedToken;
}

/**
 * Spans of the tokens in each part. A token that no part shows, such as the mark that ends the thoughts, has none; of one
 * whose spaces were dropped it is what is left.
 */
export function alignTokens(parts: readonly AnswerPart[], tokens: readonly RankedToken[]): TokenSpan[][] {
  const spans: TokenSpan[][] = parts.map(() => []);
  let part = 0;
  let at = 0;
  /** The token's text where it stands in a part: whole, or without its spaces. */
  const shownAt = (i: number, from: number, text: string): string | undefined =>
    [text, text.trimStart(), text.trim()].find(
      (shown) => shown !== '' && parts[i]?.text.startsWith(shown, from),
    );
  for (const token of tokens) {
    let shown = shownAt(part, at, token.text);
    if (shown === undefined) {
      // The rest of this part is of no token, or the token is of the next part.
      shown = shownAt(part + 1, 0, token.text);
      if (shown === undefined) continue;
      part++;
      at = 0;
    }
    spans[part]!.push({ start: at, end: at + shown.length, token });
    at += shown.length;
  }
  return spans;
}
