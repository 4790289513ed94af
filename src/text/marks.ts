/** The kinds of text in an answer: for the person, thought before, a call of a tool, or a mark that none of them is. */
export type PartKind = 'answer' | 'thoughts' | 'tool call' | 'mark';

/** A span between two marks; without `close` it goes on to the end of the answer. */
export interface Span {
  readonly kind: 'thoughts' | 'tool call';
  readonly open: string;
  readonly close: string | undefined;
}

const span = (kind: Span['kind'], open: string, close?: string): Span => ({ kind, open, close });

/** Marks of the models that llama.cpp's parsers know. Source: llama.cpp, common/chat.cpp. */
export const SPANS: readonly Span[] = [
  span('thoughts', '<think>', '</think>'),
  span('thoughts', '[THINK]', '[/THINK]'),
  span('thoughts', '<|START_THINKING|>', '<|END_THINKING|>'),
  span('thoughts', '<seed:think>', '</seed:think>'),
  span('thoughts', '<thinking>', '</thinking>'),
  span('thoughts', '<thought>', '</thought>'),
  span('thoughts', '<reasoning>', '</reasoning>'),
  span('thoughts', '<|inner_prefix|>', '<|inner_suffix|>'),
  span('thoughts', '<|begin_of_thought|>', '<|end_of_thought|>'),
  span('thoughts', '<|channel>', '<channel|>'),
  span('thoughts', '\u25c1think\u25b7', '\u25c1/think\u25b7'),
  span('tool call', '<tool_call>', '</tool_call>'),
  span('tool call', '<tool_calls>', '</tool_calls>'),
  span('tool call', '<|tool_call_start|>', '<|tool_call_end|>'),
  span('tool call', '<|tool_calls_section_begin|>', '<|tool_calls_section_end|>'),
  span('tool call', '<|tool_call>', '<tool_call|>'),
  span('tool call', '<|tool_call|>', '<|/tool_call|>'),
  span('tool call', '<|tools_prefix|>', '<|tools_suffix|>'),
  span('tool call', '<|START_ACTION|>', '<|END_ACTION|>'),
  span('tool call', '<seed:tool_call>', '</seed:tool_call>'),
  span('tool call', '<minimax:tool_call>', '</minimax:tool_call>'),
  span('tool call', '<\uff5ctool\u2581calls\u2581begin\uff5c>', '<\uff5ctool\u2581calls\u2581end\uff5c>'),
  span('tool call', '[TOOL_CALLS]'),
  span('tool call', '<|python_tag|>'),
];

/** Marks around the answer itself. */
export const AROUND_ANSWER: readonly string[] = [
  '<|START_RESPONSE|>',
  '<|END_RESPONSE|>',
  '<|START_TEXT|>',
  '<|END_TEXT|>',
  '<|begin_of_solution|>',
  '<|end_of_solution|>',
];

const NAMES: ReadonlySet<string> = new Set([
  ...SPANS.flatMap(({ open, close }) => (close === undefined ? [open] : [open, close])),
  ...AROUND_ANSWER,
]);

/** True for a token that is a mark although it is not a control token: Qwen's <think>, for one. */
export const isMarkName = (text: string): boolean => NAMES.has(text);
