import type { ModelText } from '../text/model-text';
import { NibbleError } from '../util/errors';
import { displayText } from '../util/utf8';
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
