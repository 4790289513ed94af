// All writes to the terminal. Names and texts of files go through util/foreign-text, so that no file moves the cursor,
// hides a line or reorders one.
import type { WriteProgress } from '../pipeline/export';
import { visible, visibleJson, visibleText } from '../util/foreign-text';

/** A line on standard error. */
export const say = (line: string): void => {
  process.stderr.write(`${begin()}${visible(line)}\n`);
};

/** Lines on standard output; a newline in one of them is an escape. */
export const answer = (...lines: readonly string[]): void => {
  process.stdout.write(`${lines.map(visible).join('\n')}\n`);
};

/** One object on standard output. */
export const answerJson = (value: unknown): void => {
  process.stdout.write(`${visibleJson(value)}\n`);
};

/** Our own text of many lines, on the stream of answers or of errors. */
export const print = (text: string, stream: NodeJS.WriteStream = process.stdout): void => {
  stream.write(`${text}\n`);
};

/** The text of a model, as it comes: into a file or a pipe as it is, on a terminal without escape sequences. */
export const streamText = (text: string): void => {
  process.stdout.write(process.stdout.isTTY ? visibleText(text) : text);
};

/** A model's thoughts, as they come: to standard error, always without escape sequences. */
export const streamThoughts = (text: string): void => {
  process.stderr.write(visibleText(text));
};

let isStatusOpen = false;

/** Ends the line of a status. */
function begin(): string {
  const ending = isStatusOpen ? '\r\x1b[K' : '';
  isStatusOpen = false;
  return ending;
}

/** A line on a terminal that the next one overwrites; nothing elsewhere. */
export function status(line: string): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r${visible(line)}\x1b[K`);
  isStatusOpen = true;
}

export const progress = (p: WriteProgress): void => status(`[${p.index + 1}/${p.count}] ${p.tensor}`);
