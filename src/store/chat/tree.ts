// The tree of a conversation. All of it is pure.
import type { ChatMessage } from '../../text/conversation';
import type { Conversation, Message, Messages } from './conversation';

const TITLE_LENGTH = 60;

/** The messages from the first to `head`, in order. */
export function pathTo(messages: Messages, head: string | null): Message[] {
  const path: Message[] = [];
  const seen = new Set<string>();
  for (let id = head; id !== null && !seen.has(id); ) {
    const message: Message | undefined = messages[id];
    if (!message) break;
    seen.add(id);
    path.push(message);
    id = message.parent;
  }
  return path.reverse();
}

const older = (a: Message, b: Message): number => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1);

/** Messages that follow `parent`, oldest first. */
export const childrenOf = (messages: Messages, parent: string | null): Message[] =>
  Object.values(messages)
    .filter((m) => m.parent === parent)
    .sort(older);

/** A message among those that follow the same one: its place, from 1, and how many there are. */
export function branchOf(messages: Messages, id: string): { readonly at: number; readonly of: number } {
  const message = messages[id];
  if (!message) return { at: 1, of: 1 };
  const all = childrenOf(messages, message.parent);
  return { at: all.findIndex((m) => m.id === id) + 1, of: all.length };
}

/** The end of the branch that goes on from a message, at each fork with the newest. */
export function leafOf(messages: Messages, id: string): string {
  const seen = new Set([id]);
  for (let at = id; ; ) {
    const next = childrenOf(messages, at).at(-1)?.id;
    if (next === undefined || seen.has(next)) return at;
    seen.add(next);
    at = next;
  }
}

/** The end of the branch beside the one that a message is in, `step` further; the message's own where there is none. */
export function besideOf(messages: Messages, id: string, step: 1 | -1): string {
  const message = messages[id];
  if (!message) return id;
  const all = childrenOf(messages, message.parent);
  const beside = all[all.findIndex((m) => m.id === id) + step];
  return leafOf(messages, (beside ?? message).id);
}

/** The last message that the tree ends with; null where it is empty. */
export function newestLeaf(messages: Messages): string | null {
  const roots = childrenOf(messages, null);
  return roots.length === 0 ? null : leafOf(messages, roots.at(-1)!.id);
}

/** Messages of a path that the model is given: from `startsAt` on, where that is one of them. */
export function givenOf(path: readonly Message[], startsAt: string | null): readonly Message[] {
  const from = startsAt === null ? -1 : path.findIndex((m) => m.id === startsAt);
  return from <= 0 ? path : path.slice(from);
}

/** The messages of a prompt. */
export function promptOf(system: string, given: readonly Message[]): ChatMessage[] {
  const turns = given.map(
    ({ role, content, reasoningContent }): ChatMessage => ({
      role,
      content,
      ...(reasoningContent ? { reasoningContent } : {}),
    }),
  );
  return system.trim() === '' ? turns : [{ role: 'system', content: system }, ...turns];
}

/** A conversation's name: the beginning of what was asked first. */
export function titleOf(text: string): string {
  const line = text.trim().split('\n', 1)[0]!.trim();
  const characters = [...line];
  return characters.length <= TITLE_LENGTH
    ? line
    : `${characters.slice(0, TITLE_LENGTH).join('').trimEnd()}…`;
}

/** The head of this tab when another tab has added messages: it goes on, if they follow it, and else stays. */
export function headAfter(messages: Messages, own: string | null, stored: string | null): string | null {
  if (own === null || messages[own] === undefined) return stored;
  return pathTo(messages, stored).some((m) => m.id === own) ? stored : own;
}

/** The place of a text in a conversation: some characters around it; null where it is nowhere. */
export function foundIn(
  { title }: Pick<Conversation, 'title'>,
  messages: readonly Pick<Message, 'content'>[],
  query: string,
): string | null {
  const wanted = query.trim().toLocaleLowerCase();
  if (wanted === '' || title.toLocaleLowerCase().includes(wanted)) return '';
  for (const { content } of messages) {
    const at = content.toLocaleLowerCase().indexOf(wanted);
    if (at < 0) continue;
    const from = Math.max(0, at - 20);
    const end = at + wanted.length + 40;
    return `${from > 0 ? '…' : ''}${content.slice(from, end).replace(/\s+/g, ' ')}${end < content.length ? '…' : ''}`;
  }
  return null;
}
