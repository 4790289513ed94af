import { renderTemplate } from './jinja/render';

/** A turn of a conversation. The template of the model may refuse a role or an order of roles. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
  /** The model's thoughts before it answered, for templates that take it. */
  readonly reasoningContent?: string;
}

/** Variables of a template besides the messages. */
export interface TemplateOptions {
  readonly bosToken: string;
  readonly eosToken: string;
  readonly addGenerationPrompt: boolean;
}

/** The form in which a message is handed to the template. */
interface Form {
  /** Content as a list of parts instead of a text. */
  readonly parts: boolean;
  /** Thoughts as a part of their own, as Ministral's template takes them. */
  readonly thinkingPart: boolean;
}
type Forms = readonly Form[];

const TEXT: Form = { parts: false, thinkingPart: false };

function messageOf(message: ChatMessage, form: Form): object {
  const { role, content, reasoningContent } = message;
  const thinking = reasoningContent ? { reasoning_content: reasoningContent } : {};
  if (!form.parts) return { role, content, ...thinking };
  const text = { type: 'text', text: content };
  if (!form.thinkingPart || !reasoningContent) return { role, content: [text], ...thinking };
  return { role, content: [{ type: 'thinking', thinking: reasoningContent }, text] };
}

function render(
  template: string,
  messages: readonly ChatMessage[],
  forms: Forms,
  options: TemplateOptions,
): string {
  return renderTemplate(template, {
    messages: messages.map((m, i) => messageOf(m, forms[i]!)),
    tools: null,
    documents: null,
    add_generation_prompt: options.addGenerationPrompt,
    bos_token: options.bosToken,
    eos_token: options.eosToken,
  });
}

/** The needles that come out, and not within a list that is printed as such; none where the form is refused. */
function found(template: string, messages: readonly ChatMessage[], forms: Forms, options: TemplateOptions) {
  let text = '';
  try {
    text = render(template, messages, forms, options);
  } catch {
    // Then this form is not the one.
  }
  const has = (needle: string | undefined): boolean =>
    needle !== undefined &&
    text.includes(needle) &&
    !/['"]: ?['"]$/.test(text.slice(0, text.indexOf(needle)));
  const content = messages.map((m) => has(m.content));
  const thoughts = messages.map((m) => has(m.reasoningContent));
  return { content, thoughts, count: [...content, ...thoughts].filter(Boolean).length };
}

/**
 * The form that each message must have for its text to come out: a text, or where the template prints nothing of a text
 * (or refuses it) but does print parts, a list of parts. Found by rendering the conversation with needles as contents.
 */
function formsOf(template: string, messages: readonly ChatMessage[], options: TemplateOptions): Forms {
  const texts = messages.map(() => TEXT);
  // A template that reads parts must name their text.
  if (!/\btext\b/.test(template)) return texts;
  const probes = messages.map((m, i) => ({
    ...m,
    content: `needle-${i}-content`,
    ...(m.reasoningContent ? { reasoningContent: `needle-${i}-thoughts` } : {}),
  }));
  const asText = found(template, probes, texts, options);
  let best = { forms: texts as Forms, count: asText.count };
  const offer = (forms: Forms): void => {
    const { count } = found(template, probes, forms, options);
    if (count > best.count) best = { forms, count };
  };
  if (asText.content.includes(false))
    for (const parts of [
      asText.content.map((has) => ({ parts: !has, thinkingPart: false })),
      asText.content.map(() => ({ parts: true, thinkingPart: false })),
    ])
      offer(parts);
  const lost = probes.map((m, i) => m.reasoningContent !== undefined && !asText.thoughts[i]);
  if (lost.includes(true) && /\bthinking\b/.test(template)) {
    const { forms } = best;
    offer(forms.map((form, i) => (lost[i] ? { parts: true, thinkingPart: true } : form)));
    offer(forms.map((_, i) => ({ parts: true, thinkingPart: lost[i]! })));
  }
  return best.forms;
}

/**
 * Renders a conversation with a chat template. Messages become texts or lists of parts, whichever the template takes.
 * Throws the template's own errors.
 */
export function renderConversation(
  template: string,
  messages: readonly ChatMessage[],
  options: TemplateOptions,
): string {
  return render(template, messages, formsOf(template, messages, options), options);
}
