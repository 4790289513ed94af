import type { SamplingOptions } from '../../infer/engine';
import type { GenerateResult } from '../../infer/generate';
import type { RankedToken } from '../../infer/scored-token';
import type { PromptRequest } from '../../studio/records';
import type { AnswerPart } from '../../text/answer-reader';
import type { ChatMessage } from '../../text/conversation';

export type Sampling = SamplingOptions & Pick<PromptRequest, 'maxTokens'>;

/** Figures of an answer, and the reason why it ended. */
export interface Timing
  extends Omit<GenerateResult, 'ids' | 'text' | 'answer' | 'thoughts' | 'parts' | 'ranked'> {
  /** Generated. */
  readonly tokens: number;
  /** Of the prompt, those in the cache included. */
  readonly promptTokens: number;
  /** From the first thought to the end of the thoughts; absent where there are none. */
  readonly thoughtsMs?: number;
}

/**
 * A message of a conversation. Messages are a tree: an edited message and an answer that was written again are siblings of
 * what they replace, and nothing is lost.
 */
export interface Message extends ChatMessage {
  readonly id: string;
  /** The conversation that it belongs to. */
  readonly conversation: string;
  /** The message that it follows; null for the first. */
  readonly parent: string | null;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  /** An answer in the parts that it was written in. */
  readonly parts?: readonly AnswerPart[];
  /** The level that answered. */
  readonly level?: string;
  readonly sampling?: Sampling;
  readonly timing?: Timing;
  /** A person changed the answer. */
  readonly edited?: true;
}
export type Messages = Readonly<Record<string, Message>>;

/** All but the level that an answer depends on. */
export interface Manner {
  readonly system: string;
  readonly sampling: Sampling;
  /** Texts that end an answer. */
  readonly stop: readonly string[];
}

/** A conversation without its messages, which are records of their own. */
export interface Conversation extends Manner {
  readonly id: string;
  /** Fingerprint of the model, and the name by which it was opened. */
  readonly modelId: string;
  readonly modelLabel: string;
  readonly title: string;
  readonly createdMs: number;
  readonly changedMs: number;
  /** The last message of the branch that is shown. */
  readonly head: string | null;
  /** The first message that the model is given; those before it were left out on request. Null gives all. */
  readonly startsAt: string | null;
  readonly level: string;
  /** Messages of the branch that is shown. */
  readonly count: number;
}

/** A question to the person: the next prompt leaves no room for an answer. */
export interface Full {
  /** The message that waits for its answer. */
  readonly parent: string;
  readonly promptTokens: number;
  readonly context: number;
  /** The oldest messages that can be left out; null where the last message alone is too long. */
  readonly leaveOut: { readonly startsAt: string; readonly count: number; readonly tokens: number } | null;
}

/** The chat's part of the page's state. */
export interface Talk {
  readonly conversation: Conversation | null;
  readonly messages: Messages;
  /** Tokens of answers with their likeliest alternatives, by message. */
  readonly ranked: Readonly<Record<string, readonly RankedToken[]>>;
  /** Conversations with every model, newest first. */
  readonly all: readonly Conversation[];
  /** Number of those that a newer version of the page wrote. */
  readonly newer: number;
  /** The browser keeps nothing of them. */
  readonly denied: boolean;
  /** System prompt of the conversation, or of the next one. */
  readonly system: string;
  readonly stop: readonly string[];
  /** The four likeliest tokens are told with each token of an answer. */
  readonly ranks: boolean;
  readonly full: Full | null;
  /** The conversation that an answer is being written in. */
  readonly writing: string | null;
}

export const noConversation = {
  conversation: null,
  messages: {},
  ranked: {},
  full: null,
} satisfies Partial<Talk>;

export const initialTalk: Talk = {
  ...noConversation,
  all: [],
  newer: 0,
  denied: false,
  system: '',
  stop: [],
  ranks: true,
  writing: null,
};
