// Conversations out of the page and into it.
import { offerDownload } from '../work/actions';
import { get, problemOf, set } from '../work/job';
import { changeConversation, loadConversations, newId } from './chats';
import { keepMessage, readMessages } from './chat-storage';
import type { Conversation, Message } from './conversation';
import { asMarkdown, conversationFile, parseConversations, type Speakers, withNewIds } from './transfer';
import { pathTo } from './tree';

/** Messages so that each stands after the one that it follows. */
function inOrder(messages: readonly Message[]): Message[] {
  const byParent = new Map<string | null, Message[]>();
  for (const m of messages.toSorted((a, b) => a.createdMs - b.createdMs))
    byParent.set(m.parent, [...(byParent.get(m.parent) ?? []), m]);
  const out: Message[] = [];
  const next = [...(byParent.get(null) ?? [])];
  for (let m = next.shift(); m; m = next.shift()) {
    out.push(m);
    next.push(...(byParent.get(m.id) ?? []));
  }
  return out;
}

async function messagesOf({ id }: Conversation): Promise<Message[]> {
  const { talk } = get();
  const all =
    talk.conversation?.id === id ? Object.values(talk.messages) : await readMessages(id).catch(() => []);
  return inOrder(all);
}

const fileName = (title: string): string => title.replace(/[^\p{L}\p{N}]+/gu, '-');

/** Saves the shown branch of a conversation as Markdown. */
export async function exportMarkdown(conversation: Conversation, speakers: Speakers): Promise<void> {
  const byId = Object.fromEntries((await messagesOf(conversation)).map((m) => [m.id, m]));
  const text = asMarkdown(conversation, pathTo(byId, conversation.head), speakers);
  offerDownload(new Blob([text], { type: 'text/markdown' }), `${fileName(conversation.title)}.md`);
}

/** Saves conversations as a file; all of them where none is named. */
export async function exportConversations(ids?: readonly string[]): Promise<void> {
  const { all } = get().talk;
  const wanted = ids ? all.filter((c) => ids.includes(c.id)) : all;
  const saved = await Promise.all(
    wanted.map(async (conversation) => ({ conversation, messages: await messagesOf(conversation) })),
  );
  const [only, ...others] = wanted;
  const name = only && others.length === 0 ? only.title : 'conversations';
  const text = conversationFile(saved);
  offerDownload(new Blob([text], { type: 'application/json' }), `${fileName(name)}.json`);
}

/** Takes the conversations of a file in. Gives the first of them; null where it is none, which is told. */
export async function importConversations(file: File): Promise<Conversation | null> {
  try {
    const saved = withNewIds(parseConversations(file.name, await file.text()), newId);
    let denied = false;
    for (const { conversation, messages } of saved) {
      for (const message of messages)
        await keepMessage(message).catch(() => {
          denied = true;
        });
      await changeConversation(conversation);
    }
    if (denied)
      throw new Error('The browser lets this page keep nothing, so that it cannot take conversations in.');
    await loadConversations();
    return saved[0]?.conversation ?? null;
  } catch (error) {
    set({ problem: problemOf(error, 'run') });
    return null;
  }
}
