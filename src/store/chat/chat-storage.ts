// Conversations in IndexedDB. Each message is a record of its own, so that two tabs never write over each other's.
import {
  createStore,
  del,
  delMany,
  entries,
  getMany,
  keys,
  set as write,
  update,
  type UseStore,
} from 'idb-keyval';
import type { RankedToken } from '../../infer/scored-token';
import { type Found, newestVersion, readRecord } from '../versions';
import type { Conversation, Message } from './conversation';

const stores = new Map<string, UseStore>();
function database(name: 'conversations' | 'messages' | 'ranked'): UseStore {
  const store = stores.get(name) ?? createStore(`nibble-${name}`, name);
  stores.set(name, store);
  return store;
}
const keyOf = ({ conversation, id }: Pick<Message, 'conversation' | 'id'>): string => `${conversation} ${id}`;

const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
const isConversation = (c: Partial<Conversation>): boolean =>
  [c.id, c.modelId, c.modelLabel, c.title, c.level, c.system].every(isText) &&
  [c.head, c.startsAt].every(isTextOrNull) &&
  [c.createdMs, c.changedMs, c.count].every(Number.isFinite) &&
  Array.isArray(c.stop) &&
  typeof c.sampling === 'object';
const isMessage = (m: Partial<Message>): boolean =>
  [m.id, m.conversation, m.content].every(isText) &&
  isTextOrNull(m.parent) &&
  Number.isFinite(m.createdMs) &&
  (m.role === 'user' || m.role === 'assistant');

const conversationOf = (stored: unknown): Found<Conversation> =>
  readRecord('conversations', stored, isConversation);
const messageOf = (stored: unknown): Found<Message> => readRecord('messages', stored, isMessage);
const recordsOf = <T>(all: readonly Found<T>[]): T[] =>
  all.flatMap((found) => (found.kind === 'record' ? [found.record] : []));

/** Conversations, newest first, and how many a newer version of the page wrote. */
export async function readConversations(): Promise<{ all: Conversation[]; newer: number }> {
  const found = (await entries<string, unknown>(database('conversations'))).map(([, c]) => conversationOf(c));
  return {
    all: recordsOf(found).sort((a, b) => b.changedMs - a.changedMs),
    newer: found.filter((f) => f.kind === 'newer').length,
  };
}

async function keysOf(name: 'messages' | 'ranked', conversation: string): Promise<string[]> {
  return (await keys<string>(database(name))).filter((key) => key.startsWith(`${conversation} `));
}

/** The messages of a conversation, in no order. */
export async function readMessages(conversation: string): Promise<Message[]> {
  const found = await getMany<unknown>(await keysOf('messages', conversation), database('messages'));
  return recordsOf(found.map(messageOf));
}

/** The messages of every conversation, for a search. */
export const readAllMessages = async (): Promise<Message[]> =>
  recordsOf((await entries<string, unknown>(database('messages'))).map(([, stored]) => messageOf(stored)));

/** Tokens with their likeliest alternatives, by message. */
export async function readRanked(conversation: string): Promise<Record<string, readonly RankedToken[]>> {
  const found = await keysOf('ranked', conversation);
  const all = await getMany<unknown>(found, database('ranked'));
  return Object.fromEntries(
    found.flatMap((key, i) =>
      Array.isArray(all[i]) ? [[key.slice(conversation.length + 1), all[i] as RankedToken[]]] : [],
    ),
  );
}

/** Writes a conversation, unless a newer version of the page did. */
export const keepConversation = (conversation: Conversation): Promise<void> =>
  update<unknown>(
    conversation.id,
    (before) =>
      conversationOf(before).kind === 'newer'
        ? before
        : { version: newestVersion('conversations'), ...conversation },
    database('conversations'),
  );

export async function keepMessage(message: Message, ranked: readonly RankedToken[] = []): Promise<void> {
  await write(keyOf(message), { version: newestVersion('messages'), ...message }, database('messages'));
  if (ranked.length > 0) await write(keyOf(message), ranked, database('ranked'));
}

/** Deletes a conversation with its messages. */
export async function removeConversation(id: string): Promise<void> {
  for (const name of ['messages', 'ranked'] as const) await delMany(await keysOf(name, id), database(name));
  await del(id, database('conversations'));
}
