// The conversation that is open, and all that are kept.
import type { RankedToken } from '../../infer/scored-token';
import type { StudioState } from '../state';
import { get, set } from '../work/job';
import {
  keepConversation,
  keepMessage,
  readAllMessages,
  readConversations,
  readMessages,
  readRanked,
  removeConversation,
} from './chat-storage';
import type { Conversation, Message, Talk } from './conversation';
import { noConversation } from './conversation';
import { foundIn, headAfter, newestLeaf, pathTo } from './tree';

export const setTalk = (change: Partial<Talk>): void => set({ talk: { ...get().talk, ...change } });

const tabs =
  typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('nibble-conversations');
/** Tells other tabs that a conversation was written. */
const tell = (id: string): void => tabs?.postMessage(id);

/** Runs operations of the storage. Where it is denied, conversations last as long as the page. */
async function stored(work: () => Promise<void>): Promise<void> {
  try {
    await work();
    if (get().talk.denied) setTalk({ denied: false });
  } catch {
    setTalk({ denied: true });
  }
}

/** An id that no other tab and no other browser gives. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const listed = (all: readonly Conversation[], changed: Conversation): Conversation[] =>
  [changed, ...all.filter((c) => c.id !== changed.id)].sort((a, b) => b.changedMs - a.changedMs);

/** Reads what other tabs and visits have written. */
export const loadConversations = (): Promise<void> => stored(async () => setTalk(await readConversations()));

/** The level that answered last, and the chat, where the open model has them. */
function asItWas({ modelId, level }: Conversation): Partial<Pick<StudioState, 'runType' | 'mode'>> {
  const { model, plan } = get();
  if (model && model.fingerprint !== modelId) return {};
  // Without a plan nobody knows yet; the plan that comes keeps a level that it allows.
  const isAllowed = plan.length === 0 || plan.some((p) => p.type === level && p.refusal === null);
  return {
    ...(isAllowed ? { runType: level } : {}),
    ...(model?.hasChatTemplate ? { mode: 'chat' as const } : {}),
  };
}

/** Opens a conversation of the storage; false where there is none of that id. */
export async function openConversation(id: string): Promise<boolean> {
  if (get().talk.conversation?.id === id) return true;
  await loadConversations();
  const conversation = get().talk.all.find((c) => c.id === id);
  if (!conversation) return false;
  await stored(async () => {
    const all = await readMessages(id);
    const ranked = await readRanked(id);
    const messages = Object.fromEntries(all.map((m) => [m.id, m]));
    const head = conversation.head !== null && messages[conversation.head] ? conversation.head : null;
    const { system, stop, sampling } = conversation;
    setTalk({
      conversation: { ...conversation, head: head ?? newestLeaf(messages) },
      messages,
      ranked,
      system,
      stop,
      full: null,
    });
    set({ sampling, rendered: null, ...asItWas(conversation) });
  });
  return get().talk.conversation?.id === id;
}

/** Leaves the conversation, for a new one. */
export function leaveConversation(): void {
  setTalk({ ...noConversation, system: '', stop: [] });
  set({ rendered: null });
}

function showChanged(conversation: Conversation): void {
  const { talk } = get();
  const isOpen = talk.conversation?.id === conversation.id;
  setTalk({ all: listed(talk.all, conversation), ...(isOpen ? { conversation } : {}) });
}

/** Changes a conversation, here and in the storage. */
export async function changeConversation(conversation: Conversation): Promise<void> {
  showChanged(conversation);
  await stored(() => keepConversation(conversation));
  tell(conversation.id);
}

/** Adds a message at the end of the shown branch of its conversation: at once here, and then in the storage. */
export async function addMessage(message: Message, ranked: readonly RankedToken[] = []): Promise<void> {
  const { talk } = get();
  if (talk.conversation?.id === message.conversation)
    setTalk({
      messages: { ...talk.messages, [message.id]: message },
      ...(ranked.length > 0 ? { ranked: { ...talk.ranked, [message.id]: ranked } } : {}),
    });
  const level = message.level === undefined ? {} : { level: message.level };
  const shown = withHead(message.conversation, message.id, level);
  if (shown) showChanged(shown);
  await stored(() => keepMessage(message, ranked));
  if (shown) await changeConversation(get().talk.all.find((c) => c.id === shown.id) ?? shown);
}

/** A conversation with another head; undefined where it was deleted. */
function withHead(
  id: string,
  head: string | null,
  more: Partial<Pick<Conversation, 'level' | 'startsAt'>> = {},
): Conversation | undefined {
  const { talk } = get();
  const isOpen = talk.conversation?.id === id;
  const conversation = isOpen ? talk.conversation! : talk.all.find((c) => c.id === id);
  if (!conversation) return undefined;
  const count = isOpen ? pathTo(talk.messages, head).length : conversation.count + 1;
  return { ...conversation, ...more, head, count, changedMs: Date.now() };
}

/** Shows the branch that ends with a message. */
export async function showHead(id: string, head: string | null, startsAt?: string | null): Promise<void> {
  const shown = withHead(id, head, startsAt === undefined ? {} : { startsAt });
  // A question about another branch is no longer asked.
  setTalk({ full: null });
  if (shown) await changeConversation(shown);
}

export async function renameConversation(id: string, title: string): Promise<void> {
  const conversation = get().talk.all.find((c) => c.id === id);
  if (conversation && title.trim() !== '') await changeConversation({ ...conversation, title: title.trim() });
}

export async function deleteConversation(id: string): Promise<void> {
  const { talk } = get();
  if (talk.writing === id) return;
  setTalk({
    all: talk.all.filter((c) => c.id !== id),
    ...(talk.conversation?.id === id ? noConversation : {}),
  });
  await stored(() => removeConversation(id));
  tell(id);
}

/** Takes what other tabs write, from now on. Returns a function that ends it. */
export function followTabs(): () => void {
  const take = async ({ data }: MessageEvent<unknown>): Promise<void> => {
    await loadConversations();
    const { conversation, writing } = get().talk;
    if (!conversation || conversation.id !== data || writing === data) return;
    await stored(async () => {
      const read = await readMessages(conversation.id);
      const ranked = await readRanked(conversation.id);
      const { talk } = get();
      const now = talk.conversation;
      if (now?.id !== conversation.id) return;
      const messages = { ...talk.messages, ...Object.fromEntries(read.map((m) => [m.id, m])) };
      const theirs = talk.all.find((c) => c.id === now.id);
      const head = headAfter(messages, now.head, theirs?.head ?? null);
      const count = pathTo(messages, head).length;
      const { title, startsAt } = theirs ?? now;
      setTalk({
        messages,
        ranked: { ...talk.ranked, ...ranked },
        conversation: { ...now, title, startsAt, head, count },
      });
    });
  };
  const onMessage = (event: MessageEvent<unknown>) => void take(event);
  tabs?.addEventListener('message', onMessage);
  return () => tabs?.removeEventListener('message', onMessage);
}

/** A conversation in which something was searched, with the place where it is. */
export interface Hit {
  readonly conversation: Conversation;
  readonly place: string;
}

/** Conversations with a text in their title or in any message, newest first. */
export async function searchConversations(query: string): Promise<readonly Hit[]> {
  const { all } = get().talk;
  const messages = await readAllMessages().catch((): Message[] => Object.values(get().talk.messages));
  const of = new Map<string, Message[]>();
  for (const message of messages) {
    const its = of.get(message.conversation) ?? [];
    its.push(message);
    of.set(message.conversation, its);
  }
  return all.flatMap((conversation) => {
    const place = foundIn(conversation, of.get(conversation.id) ?? [], query);
    return place === null ? [] : [{ conversation, place }];
  });
}
