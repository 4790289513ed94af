import { type AnswerPart, AnswerReader, type TextOrMark } from '../text/answer-reader';
import { StopStrings } from '../text/stop-strings';
import { TextStream } from '../text/text-stream';
import type { TokenTable } from '../text/tokenizer';
import { decodeUtf8, displayText } from '../util/utf8';
import type { Ranking, Sampled } from './readback';
import type { RankedToken } from './scored-token';

/**
 * A token of an answer as it comes: text, or a mark with the text that stands for it. An id of -1 is more of the token
 * before, or what is left at the end. `parts` say what is certain now: the answer, thoughts before it, a call of a tool, or
 * a mark that none of them is. Text that may begin a stop string comes when it turns out not to.
 */
export interface GeneratedPiece {
  readonly kind: 'text' | 'mark';
  readonly id: number;
  readonly text: string;
  readonly parts: readonly AnswerPart[];
  /** With the last piece of a token, if candidates were asked for. */
  readonly ranked?: RankedToken;
}

/** A piece that is not told yet; the last of a token has its id and ranking. */
interface Waiting {
  readonly id: number;
  readonly piece: TextOrMark;
  /** It is text to llama.cpp, too. */
  readonly counts: boolean;
  /** The token ends inside of a character, which may get a replacement for text, at the end or before a mark. */
  readonly isInside?: boolean;
  readonly ranking?: Ranking | undefined;
}

export interface WriterOptions {
  readonly stop: readonly string[];
  /** The rendered conversation that is answered; undefined for a text that is continued. */
  readonly conversation: string | undefined;
  readonly tell: ((piece: GeneratedPiece) => void) | undefined;
}

const continued = ({ kind, text }: TextOrMark): AnswerPart => ({
  kind: kind === 'mark' ? 'mark' : 'answer',
  text,
});

/** Makes text of the tokens of an answer, up to the first stop string, and tells it as it becomes certain. */
export class AnswerWriter {
  readonly #tokenizer: TokenTable | undefined;
  readonly #stream: TextStream | undefined;
  readonly #reader: AnswerReader | undefined;
  readonly #stops: StopStrings;
  readonly #tell: WriterOptions['tell'];
  #waiting: Waiting[] = [];
  /** The token that was told last, until all of its text is. */
  #open: { readonly id: number; readonly ranking: Ranking; text: string } | undefined;
  readonly ids: number[] = [];
  readonly parts: AnswerPart[] = [];
  readonly ranked: RankedToken[] = [];
  text = '';

  constructor(tokenizer: TokenTable | undefined, { stop, conversation, tell }: WriterOptions) {
    this.#tokenizer = tokenizer;
    this.#stream = tokenizer ? new TextStream(tokenizer) : undefined;
    this.#reader = conversation === undefined ? undefined : new AnswerReader(conversation);
    this.#stops = new StopStrings(stop);
    this.#tell = tell;
  }

  /** The stop string that ended the text. */
  get stopString(): string | undefined {
    return this.#stops.found;
  }

  /** Takes a token that ends nothing by itself. */
  take({ id, ranking }: Sampled): void {
    const isText = this.#tokenizer === undefined || this.#tokenizer.bytes(id).length > 0;
    const pieces: TextOrMark[] = this.#stream?.read(id) ?? [{ kind: 'text', text: '' }];
    for (const piece of pieces.slice(0, -1)) this.#add({ id: -1, piece, counts: true });
    // The name of a special token is no text, but may be asked for.
    if (!isText) this.#stops.pushSpecial(this.#tokenizer!.text(id));
    const piece = pieces.at(-1)!;
    const isInside = this.#stream?.isInside ?? false;
    this.#add({ id, piece, counts: piece.kind === 'text' || isText, isInside, ranking });
  }

  /** Tells what was held back, unless a stop string ended the text. */
  end(): void {
    const rest = this.#stream?.end() ?? '';
    if (rest) this.#add({ id: -1, piece: { kind: 'text', text: rest }, counts: true });
    if (this.stopString === undefined) this.#drain(Number.POSITIVE_INFINITY);
    this.#waiting = [];
    const parts = this.#reader?.end() ?? [];
    this.parts.push(...parts);
    const ranked = this.#close();
    if (parts.length > 0 || ranked) this.#tell?.({ kind: 'text', id: -1, text: '', parts, ...ranked });
  }

  #add(waiting: Waiting): void {
    if (this.stopString !== undefined) return;
    this.#stops.push(waiting.counts ? waiting.piece.text : '');
    this.#waiting.push(waiting);
    this.#drain(this.#stops.certain);
  }

  /** Tells the pieces whose text is among the first `certain` code units. */
  #drain(certain: number): void {
    let at = this.text.length;
    let ready = 0;
    for (const [i, { counts, piece }] of this.#waiting.entries()) {
      const length = counts ? piece.text.length : 0;
      // Half a character has no text yet, and may be the beginning of a stop string.
      const isHalf = counts && length === 0 && this.#stops.isOn;
      if (length > 0 || isHalf ? at < certain : at <= certain) ready = i + 1;
      at += length;
    }
    for (const waiting of this.#waiting.splice(0, ready)) {
      const { counts, piece } = waiting;
      const length = counts ? Math.min(piece.text.length, certain - this.text.length) : piece.text.length;
      this.#say(
        { ...waiting, piece: { ...piece, text: piece.text.slice(0, length) } },
        length === piece.text.length,
      );
      if (length < piece.text.length)
        this.#waiting.unshift({ ...waiting, id: -1, piece: { ...piece, text: piece.text.slice(length) } });
    }
  }

  #say({ id, piece, counts, isInside = false, ranking }: Waiting, isWhole: boolean): void {
    if (id >= 0) {
      this.ids.push(id);
      const before = this.#close();
      if (before) this.#tell?.({ kind: 'text', id: -1, text: '', parts: [], ...before });
      if (ranking) this.#open = { id, ranking, text: '' };
    }
    if (this.#open) this.#open.text += piece.text;
    if (counts) this.text += piece.text;
    const now = this.#reader ? this.#reader.push(piece) : [continued(piece)];
    const parts = now.filter((part) => part.text !== '');
    this.parts.push(...parts);
    const ranked = isWhole && !isInside ? this.#close() : undefined;
    this.#tell?.({ ...piece, id, parts, ...ranked });
  }

  #close(): { ranked: RankedToken } | undefined {
    if (!this.#open) return undefined;
    const { id, text, ranking } = this.#open;
    this.#open = undefined;
    const top = ranking.top.map((t) => ({ id: t.id, text: this.#textOf(t.id), probability: t.probability }));
    const ranked = { id, text, probability: ranking.probability, top };
    this.ranked.push(ranked);
    return { ranked };
  }

  /** A token's own text; the name of a special one. */
  #textOf(id: number): string {
    const bytes = this.#tokenizer?.bytes(id) ?? new Uint8Array(0);
    return displayText(bytes.length > 0 ? decodeUtf8(bytes) : (this.#tokenizer?.text(id) ?? ''));
  }
}
