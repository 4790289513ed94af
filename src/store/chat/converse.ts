// Questions and answers of the open conversation.
import type { RankedToken } from '../../infer/scored-token';
import type { AnswerPart } from '../../text/answer-reader';
import { studioStore } from '../store';
import { changePlan } from '../model/plan';
import { get, job, run, set } from '../work/job';
import { addMessage, changeConversation, newId, setTalk, showHead } from './chats';
import { firstThatLeavesEnough, hasRoom } from './context';
import type { Conversation, Full, Manner, Message, Sampling, Timing } from './conversation';
import { givenOf, pathTo, promptOf, titleOf } from './tree';

const LIKELIEST = 4;

/** Begins a conversation where none is open. */
function openOrBegin(text: string): Conversation {
  const { talk, model, runType, sampling } = get();
  if (talk.conversation) return talk.conversation;
  const now = Date.now();
  const conversation: Conversation = {
    id: newId(),
    modelId: model!.fingerprint,
    modelLabel: model!.label,
    title: titleOf(text),
    createdMs: now,
    changedMs: now,
    head: null,
    startsAt: null,
    level: runType,
    count: 0,
    system: talk.system,
    sampling,
    stop: talk.stop,
  };
  setTalk({ conversation, messages: {}, ranked: {} });
  void changeConversation(conversation);
  return conversation;
}

/** Asks something after the message `parent`, or at the end of the shown branch, and has it answered. */
export async function ask(text: string, parent?: string | null): Promise<void> {
  if (get().job) return;
  const { id, head } = openOrBegin(text);
  const message: Message = {
    id: newId(),
    conversation: id,
    parent: parent === undefined ? head : parent,
    role: 'user',
    content: text,
    createdMs: Date.now(),
  };
  // The answer does not wait for the storage.
  const kept = addMessage(message);
  await answer(message.id);
  await kept;
}

/** Puts a changed message beside the one that it replaces. A question is answered anew. */
export async function editMessage(id: string, content: string): Promise<void> {
  const message = get().talk.messages[id];
  if (!message || get().job) return;
  if (message.role === 'user') return ask(content, message.parent);
  const { conversation, parent, role, level } = message;
  await addMessage({
    id: newId(),
    conversation,
    parent,
    role,
    content,
    parts: [{ kind: 'answer', text: content }],
    createdMs: Date.now(),
    edited: true,
    ...(level === undefined ? {} : { level }),
  });
}

function requestFor(given: readonly Message[]) {
  const { runType, sampling, talk } = get();
  const { maxTokens, ...rest } = sampling;
  return {
    type: runType,
    messages: promptOf(talk.system, given),
    maxTokens,
    sampling: rest,
    stop: talk.stop,
    ...(talk.ranks ? { topLogprobs: LIKELIEST } : {}),
  };
}

/** The oldest messages of a branch that could be left out so that there is room again. */
async function whatToLeaveOut(given: readonly Message[], context: number): Promise<Full['leaveOut']> {
  const starts = given.flatMap((m, i) => (m.role === 'user' && i > 0 ? [i] : []));
  if (starts.length === 0) return null;
  const { place, tokens } = await firstThatLeavesEnough(starts.length, context, async (at) => {
    const { ids } = await run('prompt', requestFor(given.slice(starts[at])));
    return ids.length;
  });
  if (!hasRoom(tokens, context, get().sampling.maxTokens)) return null;
  const count = starts[place]!;
  return { startsAt: given[count]!.id, count, tokens };
}

/** Milliseconds from the first thought of the answer that is being written to what follows the thoughts. */
function watchThoughts(): () => number | undefined {
  let begunMs: number | undefined;
  let thoughtsMs: number | undefined;
  const unsubscribe = studioStore.subscribe(({ answer: parts }, before) => {
    if (parts === before.answer) return;
    const isThinking = parts.at(-1)?.kind === 'thoughts';
    if (isThinking && begunMs === undefined) begunMs = performance.now();
    if (!isThinking && begunMs !== undefined) thoughtsMs ??= performance.now() - begunMs;
  });
  return () => {
    unsubscribe();
    return thoughtsMs ?? (begunMs === undefined ? undefined : performance.now() - begunMs);
  };
}

interface Written {
  readonly content: string;
  readonly thoughts: string;
  readonly parts: readonly AnswerPart[];
  readonly timing?: Timing;
  readonly ranked?: readonly RankedToken[];
}

/** An answer as far as it came before something ended it. */
function partial(): Written | undefined {
  const { answer: parts } = get();
  const of = (kind: AnswerPart['kind']) =>
    parts.flatMap((part) => (part.kind === kind ? [part.text] : [])).join('');
  return parts.length === 0 ? undefined : { content: of('answer'), thoughts: of('thoughts'), parts };
}

async function write(given: readonly Message[], promptTokens: number): Promise<Written> {
  const thoughtsMs = watchThoughts();
  try {
    const result = await run('generate', requestFor(given));
    const { ids, text: _, answer: content, thoughts, parts, ranked, ...timing } = result;
    const thought = thoughts === '' ? undefined : thoughtsMs();
    return {
      content,
      thoughts,
      parts,
      ranked,
      timing: {
        ...timing,
        tokens: ids.length,
        promptTokens,
        ...(thought === undefined ? {} : { thoughtsMs: thought }),
      },
    };
  } finally {
    thoughtsMs();
  }
}

/** Answers a message, beside the answers that it has already. Where there is no room for that, the person is asked. */
export async function answer(parent: string): Promise<void> {
  const { talk, runType: level, sampling, job: running } = get();
  const { conversation } = talk;
  if (running || !conversation) return;
  const { id, head: headBefore, startsAt } = conversation;
  const given = givenOf(pathTo(talk.messages, parent), startsAt);
  setTalk({ conversation: { ...conversation, head: parent }, full: null, writing: id });
  set({ answer: [], timing: null });
  const isShown = () => get().talk.conversation?.id === id;
  let kept: Promise<void> | undefined;
  const keep = (written: Written | undefined): void => {
    if (!written || written.parts.length === 0) return;
    const { content, thoughts, parts, timing, ranked } = written;
    const message: Message = {
      id: newId(),
      conversation: id,
      parent,
      role: 'assistant',
      content,
      parts,
      createdMs: Date.now(),
      level,
      sampling,
      ...(thoughts === '' ? {} : { reasoningContent: thoughts }),
      ...(timing ? { timing } : {}),
    };
    // The answer takes the place of the one that was being written, and the storage has it soon.
    setTalk({ writing: null });
    set({ answer: [] });
    kept = addMessage(message, ranked);
  };
  await job('generate', { what: 'writeAt', type: level }, 'run', async () => {
    try {
      const rendered = await run('prompt', requestFor(given));
      set({ rendered });
      const promptTokens = rendered.ids.length;
      const { context } = get();
      if (hasRoom(promptTokens, context, sampling.maxTokens)) keep(await write(given, promptTokens));
      else {
        const what = await whatToLeaveOut(given, context);
        if (isShown()) setTalk({ full: { parent, promptTokens, context, leaveOut: what } });
      }
    } catch (error) {
      keep(partial());
      throw error;
    }
  });
  setTalk({ writing: null });
  await kept;
  if (!kept && headBefore !== parent && isShown() && !get().talk.full) await showHead(id, headBefore);
}

/** Leaves the oldest messages out of what the model is given, as the person said, and answers. */
export async function leaveOut(): Promise<void> {
  const { full, conversation } = get().talk;
  if (!full?.leaveOut || !conversation) return;
  await showHead(conversation.id, full.parent, full.leaveOut.startsAt);
  await answer(full.parent);
}

/** Gives the model all messages again. */
export async function leaveNothingOut(): Promise<void> {
  const { conversation } = get().talk;
  if (conversation) await showHead(conversation.id, conversation.head, null);
}

/** Takes a larger context, and answers what waited for it. */
export async function useContext(context: number): Promise<void> {
  const { full } = get().talk;
  await changePlan({ context });
  if (full) await answer(full.parent);
}

export const doNotAsk = (): void => setTalk({ full: null });

/** Changes what this conversation, and all that the page writes from now on, is answered with. */
export async function changeManner({ sampling, system, stop }: Partial<Manner>): Promise<void> {
  if (sampling) set({ sampling });
  setTalk({ ...(system === undefined ? {} : { system }), ...(stop === undefined ? {} : { stop }) });
  const { talk, sampling: now } = get();
  const { conversation } = talk;
  if (!conversation) return;
  await changeConversation({ ...conversation, sampling: now, system: talk.system, stop: talk.stop });
}
export const changeSampling = (change: Partial<Sampling>): Promise<void> =>
  changeManner({ sampling: { ...get().sampling, ...change } });
