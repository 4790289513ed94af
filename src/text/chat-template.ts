import { getNumber, getString, getStrings, type Metadata } from '../files/gguf/metadata';
import { NibbleError } from '../util/errors';
import { type ChatMessage, renderConversation } from './conversation';
import type { TextTokenizer } from './tokenizer';

export const hasChatTemplate = (metadata: Metadata): boolean =>
  getString(metadata, 'tokenizer.chat_template') !== undefined;

/** Renders a conversation with the model's chat template, including the generation prompt. Throws NibbleError. */
export function renderChat(metadata: Metadata, messages: readonly ChatMessage[]): string {
  const template = getString(metadata, 'tokenizer.chat_template');
  if (template === undefined)
    throw new NibbleError(
      'This model has no chat template.',
      'Use completion, where your text is continued as it is.',
    );
  const tokens = getStrings(metadata, 'tokenizer.ggml.tokens') ?? [];
  const token = (key: string) => tokens[getNumber(metadata, `tokenizer.ggml.${key}_token_id`) ?? -1] ?? '';
  try {
    return renderConversation(template, messages, {
      bosToken: token('bos'),
      eosToken: token('eos'),
      addGenerationPrompt: true,
    });
  } catch (error) {
    throw new NibbleError(
      `The model's chat template cannot be rendered: ${error instanceof Error ? error.message : String(error)}`,
      'Use completion instead.',
    );
  }
}

/** A Unicode noncharacter that occurs in none of the texts; it marks text that must not be read as control tokens. */
function guardFor(texts: readonly string[]): string {
  for (let code = 0xfdd0; code <= 0xfdef; code++) {
    const guard = String.fromCharCode(code);
    if (!texts.some((text) => text.includes(guard))) return guard;
  }
  throw new NibbleError('The message holds every noncharacter of Unicode.', 'Remove them.');
}

/**
 * Encodes a conversation: control tokens of the template become ids, those inside messages stay text. `text` is the
 * rendered template.
 */
export function encodeChat(
  tokenizer: TextTokenizer,
  metadata: Metadata,
  messages: readonly ChatMessage[],
): { text: string; ids: number[] } {
  const guard = guardFor(messages.flatMap((m) => [m.content, m.reasoningContent ?? '']));
  const guardedText = (text: string): string => {
    let out = text;
    for (const control of tokenizer.controlTexts) {
      const [head = ''] = control;
      out = out.replaceAll(control, head + guard + control.slice(head.length));
    }
    return out;
  };
  const guarded = messages.map((m) => ({
    ...m,
    content: guardedText(m.content),
    ...(m.reasoningContent ? { reasoningContent: guardedText(m.reasoningContent) } : {}),
  }));
  const text = renderChat(metadata, guarded);
  return {
    text: text.replaceAll(guard, ''),
    ids: tokenizer.encode(text, { addBos: true, control: true, guard }),
  };
}
