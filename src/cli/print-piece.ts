import type { GeneratedPiece } from '../infer/generate';
import type { PartKind } from '../text/marks';
import { streamThoughts, streamText } from './output';

/**
 * Writes an answer as it comes. The answer and calls of tools go to standard output and thoughts, labelled, to standard
 * error, so that a pipe gets what the model answered; with `marks` all of it goes to standard output as it came, marks by
 * their names.
 */
export function piecePrinter(marks: boolean): (piece: GeneratedPiece) => void {
  let before: PartKind | undefined;
  return ({ text, parts }) => {
    if (marks) {
      streamText(text);
      return;
    }
    for (const { kind, text: shown } of parts) {
      if (kind === 'mark') continue;
      if (kind === 'thoughts') streamThoughts(before === 'thoughts' ? shown : `thoughts: ${shown}`);
      else {
        if (before === 'thoughts') streamThoughts('\n');
        streamText(shown);
      }
      before = kind;
    }
  };
}
