import type { ModelText } from '../text/model-text';
import { NibbleError } from '../util/errors';
import { decodeUtf8, displayText, firstInvalidUtf8 } from '../util/utf8';
import type { Work } from '../util/work';
import type { PromptRequest } from './records';

/** Returns the model's text; throws NibbleError when it has no tokenizer. */
export function needText(text: ModelText | undefined): ModelText {
  if (!text)
    throw new NibbleError(
      'This model has no tokenizer that can be used.',
      'It can be quantized and exported.',
    );
  return text;
}

/** The prompt of a request as text and token ids, with the texts of the stop tokens. */
export async function renderPrompt(
  of: ModelText,
  request: PromptRequest,
  work: Pick<Work, 'signal'> = {},
): Promise<{ text: string; ids: number[]; stops: string[] }> {
  const plain = request.prompt ?? '';
  const { text, ids } = request.messages
    ? await of.chat(request.messages, work)
    : { text: plain, ids: await of.encode(plain, { addBos: true }, work) };
  return { text, ids, stops: of.tokens.stops.map((id) => displayText(of.tokens.text(id))) };
}

/** A text in tokens: ids, and the piece of the text that each stands for. */
export interface TokenizedText {
  readonly ids: readonly number[];
  readonly pieces: readonly string[];
}

const hex = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;

/** Tokens of a text as it stands, without any before or after it. Bytes that are no whole character are written as `<0xE2>`. */
export async function tokenize(
  of: ModelText,
  text: string,
  work: Pick<Work, 'signal'> = {},
): Promise<TokenizedText> {
  const ids = await of.encode(text, { addBos: false }, work);
  const pieces = ids.map((id) => {
    const bytes = of.tokens.bytes(id);
    if (bytes.length === 0) return displayText(of.tokens.text(id));
    return firstInvalidUtf8(bytes) < 0 ? decodeUtf8(bytes) : [...bytes].map(hex).join('');
  });
  return { ids, pieces };
}
