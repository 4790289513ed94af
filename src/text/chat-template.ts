import { Template } from '@huggingface/jinja';
import { getNumber, getString, getStrings, type Metadata } from '../files/gguf/metadata';
import { NibbleError } from '../util/errors';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export const hasChatTemplate = (metadata: Metadata): boolean =>
  getString(metadata, 'tokenizer.chat_template') !== undefined;

/** The conversation as the model's own template writes it, up to where the assistant speaks. */
export function renderChat(metadata: Metadata, messages: readonly ChatMessage[]): string {
  const source = getString(metadata, 'tokenizer.chat_template');
  if (source === undefined)
    throw new NibbleError(
      'This model has no chat template.',
      'Use completion, where your text is continued as it is.',
    );
  const tokens = getStrings(metadata, 'tokenizer.ggml.tokens') ?? [];
  const token = (key: string) => tokens[getNumber(metadata, `tokenizer.ggml.${key}_token_id`) ?? -1] ?? '';
  try {
    return new Template(source).render({
      messages: messages.map((m) => ({ ...m })),
      add_generation_prompt: true,
      bos_token: token('bos'),
      eos_token: token('eos'),
    });
  } catch (error) {
    throw new NibbleError(
      `The model's chat template cannot be rendered: ${error instanceof Error ? error.message : String(error)}`,
      'Use completion instead.',
    );
  }
}
