import type { ModelFile } from '../files/model-file';
import { encodeChat } from '../text/chat-template';
import type { TextTokenizer } from '../text/tokenizer';
import { NibbleError } from '../util/errors';
import { displayText } from '../util/utf8';
import type { PromptRequest } from './records';

/** Returns the tokenizer; throws NibbleError when the model has none. */
export function needTokenizer(tokenizer: TextTokenizer | undefined): TextTokenizer {
  if (!tokenizer)
    throw new NibbleError(
      'This model has no tokenizer that can be used.',
      'It can be quantized and exported.',
    );
  return tokenizer;
}

/** The prompt of a request as text and token ids, with the texts of the stop tokens. */
export function renderPrompt(
  model: ModelFile,
  tokenizer: TextTokenizer,
  request: PromptRequest,
): { text: string; ids: number[]; stops: string[] } {
  const plain = request.prompt ?? '';
  const { text, ids } = request.messages
    ? encodeChat(tokenizer, model.metadata, request.messages)
    : { text: plain, ids: tokenizer.encode(plain, { addBos: true }) };
  return { text, ids, stops: tokenizer.stops.map((id) => displayText(tokenizer.text(id))) };
}
