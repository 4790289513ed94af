import { AROUND_ANSWER, type PartKind, SPANS, type Span } from './marks';

/** A token's contribution: text, or a mark with the text that stands for it. */
export interface TextOrMark {
  readonly kind: 'text' | 'mark';
  readonly text: string;
}

/** Some text of an answer, and of which kind it is. */
export interface AnswerPart {
  readonly kind: PartKind;
  readonly text: string;
}

const THOUGHTS = SPANS.filter(
  (s): s is Span & { close: string } => s.kind === 'thoughts' && s.close !== undefined,
);

/** True when some end of `text` is a beginning of `tag`, so that the next token may complete it. */
const mayBegin = (text: string, tag: string): number => {
  for (let length = Math.min(text.length, tag.length - 1); length > 0; length--)
    if (tag.startsWith(text.slice(-length))) return length;
  return 0;
};

/** The kind of text that a harmony header announces: its channel, and to whom it is addressed. */
function kindOfHeader(header: string): PartKind {
  if (/\bto=/.test(header)) return 'tool call';
  return /^\s*(?:\w+\s+)?analysis\b/.test(header) ? 'thoughts' : 'answer';
}

/**
 * Tells the thoughts of an answer from the answer, while it comes. Marks that are tokens count anywhere; tags that are
 * written as text only where llama.cpp's parsers look for them: thoughts at the beginning, and their end.
 */
export class AnswerReader {
  /** The end of the span that is open; JavaScript's undefined outside of one. */
  #close: string | undefined;
  #kind: PartKind = 'answer';
  /** Text of a harmony header, between `<|channel|>` or `<|start|>` and `<|message|>`. */
  #header: string | undefined;
  /** Text that may yet become a tag, or white space that may be followed by nothing. */
  #held = '';
  /** White space is dropped until other text comes: at the beginnings of thoughts, and after them. */
  #dropsSpace = false;
  /** Nothing but white space came yet, so that a tag may open thoughts. */
  #atStart = true;

  /** @param prompt - The rendered prompt: a template may open the thoughts itself. */
  constructor(prompt = '') {
    const open = THOUGHTS.find((s) => prompt.trimEnd().endsWith(s.open));
    if (open) this.#enter('thoughts', open.close);
  }

  #enter(kind: PartKind, close: string | undefined): void {
    this.#dropsSpace = kind === 'thoughts' || this.#kind === 'thoughts';
    this.#kind = kind;
    this.#close = close;
    this.#atStart = false;
  }

  /** The parts that a token makes certain. */
  push({ kind, text }: TextOrMark): AnswerPart[] {
    return kind === 'mark' ? this.#mark(text) : this.#text(text);
  }

  /** The parts that were held back. */
  end(): AnswerPart[] {
    return this.#flush();
  }

  #part(text: string): AnswerPart[] {
    const kept = this.#dropsSpace ? text.trimStart() : text;
    if (kept === '') return [];
    this.#dropsSpace = false;
    return [{ kind: this.#kind, text: kept }];
  }

  #flush(): AnswerPart[] {
    const held = this.#kind === 'thoughts' ? this.#held.trimEnd() : this.#held;
    this.#held = '';
    return this.#part(held);
  }

  #mark(text: string): AnswerPart[] {
    const before = this.#header === undefined ? this.#flush() : [];
    if (text === '<|channel|>' || text === '<|start|>') {
      this.#header = '';
      return before;
    }
    if (text === '<|message|>') {
      this.#enter(kindOfHeader(this.#header ?? ''), undefined);
      this.#header = undefined;
      return before;
    }
    if (this.#header !== undefined) {
      // <|constrain|> within a header says the format of a call.
      this.#header += ' ';
      return before;
    }
    const span = SPANS.find((s) => s.open === text);
    if (span) this.#enter(span.kind, span.close);
    else if (text === this.#close || SPANS.some((s) => s.close === text) || text === '<|end|>')
      this.#enter('answer', undefined);
    else if (!AROUND_ANSWER.includes(text)) return [...before, { kind: 'mark', text }];
    return before;
  }

  #text(text: string): AnswerPart[] {
    if (this.#header !== undefined) {
      this.#header += text;
      return [];
    }
    const all = this.#held + text;
    this.#held = '';
    if (this.#close !== undefined) return this.#untilClose(all, this.#close);
    return this.#atStart ? this.#start(all) : this.#part(all);
  }

  /** At the beginning, a written tag opens thoughts. */
  #start(all: string): AnswerPart[] {
    const rest = all.trimStart();
    if (rest === '' || THOUGHTS.some((s) => s.open.startsWith(rest) && s.open !== rest)) {
      this.#held = all;
      return [];
    }
    const span = THOUGHTS.find((s) => rest.startsWith(s.open));
    this.#atStart = false;
    if (!span) return this.#part(all);
    this.#enter('thoughts', span.close);
    return this.#text(rest.slice(span.open.length));
  }

  #untilClose(all: string, close: string): AnswerPart[] {
    const at = all.indexOf(close);
    if (at >= 0) {
      const inside = this.#part(this.#kind === 'thoughts' ? all.slice(0, at).trimEnd() : all.slice(0, at));
      this.#enter('answer', undefined);
      return [...inside, ...this.#text(all.slice(at + close.length))];
    }
    const certain = all.slice(0, all.length - mayBegin(all, close));
    const length = this.#kind === 'thoughts' ? certain.trimEnd().length : certain.length;
    this.#held = all.slice(length);
    return this.#part(all.slice(0, length));
  }
}

/** Neighbours of one kind as one part. */
export function joinParts(parts: readonly AnswerPart[]): AnswerPart[] {
  const joined: AnswerPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last?.kind === part.kind)
      joined[joined.length - 1] = { kind: part.kind, text: last.text + part.text };
    else joined.push(part);
  }
  return joined;
}

/** All text of one kind. */
export const textOfKind = (parts: readonly AnswerPart[], kind: PartKind): string =>
  parts
    .filter((part) => part.kind === kind)
    .map((part) => part.text)
    .join('');
