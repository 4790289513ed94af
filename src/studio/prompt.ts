import type { ModelFile } from '../files/model-file';
import { encodeChat } from '../text/chat-template';
import type { TextTokenizer } from '../text/tokenizer';
import { NibbleError } from '../util/errors';
import type { PromptRequest } from './records';

/** The tokenizer of an open model; one that cannot be used is an error with what is possible without it. */
export function needTokenizer(tokenizer: TextTokenizer | undefined): TextTokenizer {
  if (!tokenizer)
    throw new NibbleError(
      'This model has no tokenizer that can be used.',
      'It can be quantized and exported.',
    );
  return tokenizer;
}

/** The text that a request puts before the model, and the ids of it. */
export function renderPrompt(
  model: ModelFile,
  tokenizer: TextTokenizer,
  request: PromptRequest,
): { text: string; ids: number[]; stops: string[] } {
  const plain = request.prompt ?? '';
  const { text, ids } = request.messages
    ? encodeChat(tokenizer, model.metadata, request.messages)
    : { text: plain, ids: tokenizer.encode(plain, { addBos: true }) };
  return { text, ids, stops: tokenizer.stops.map((id) => tokenizer.text(id)) };
}
