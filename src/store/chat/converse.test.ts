// The chat's actions against an engine that counts words.
import { createStore, entries, set as write } from 'idb-keyval';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { GenerateResult } from '../../infer/generate';
import type { PromptRequest } from '../../studio/records';
import type { ModelSummary, PlanRow } from '../../studio/summary';
import { NibbleError, toWire } from '../../util/errors';
import { EngineClient, type Port } from '../../worker/client';
import type { EngineEvent, FromWorker } from '../../worker/protocol';
import { initialState } from '../state';
import { connectEngine, studioStore } from '../store';
import { deleteConversation, loadConversations, openConversation, searchConversations } from './chats';
import { answer, ask, changeManner, editMessage, leaveOut, useContext } from './converse';
import { pathTo } from './tree';

vi.mock('idb-keyval', () => import('../../testing/memory-idb'));

const get = studioStore.getState;
const conversations = createStore('nibble-conversations', 'conversations') as unknown as Map<string, unknown>;
const messages = createStore('nibble-messages', 'messages') as unknown as Map<string, unknown>;
/** Requests that were answered. */
let asked: PromptRequest[] = [];
/** Ends the next answer after some of its text. */
let fails = false;

const wordsOf = (request: PromptRequest): string[] =>
  (request.messages ?? []).flatMap((m) => [m.role, ...m.content.split(' ')]);

function respond(call: string, args: readonly unknown[], emit: (event: EngineEvent) => void): unknown {
  const request = args[0] as PromptRequest;
  if (call === 'plan') return [{ type: 'Q8_0', refusal: null } as PlanRow];
  const words = wordsOf(request);
  if (call === 'prompt') return { text: words.join(' '), ids: words.map((_, i) => i), stops: [] };
  asked.push(request);
  const text = `answer ${asked.length}`;
  emit({ kind: 'token', part: 'answer', text });
  if (fails) throw new NibbleError('It broke.');
  const result: GenerateResult = {
    ids: [1, 2],
    text,
    answer: text,
    thoughts: '',
    parts: [{ kind: 'answer', text }],
    stopped: 'stop token',
    ranked: [{ id: 1, text, probability: 0.5, top: [] }],
    evaluated: 1,
    timeToFirstTokenMs: 1,
    promptTokensPerSecond: 1,
    tokensPerSecond: 1,
  };
  return result;
}
const client = new EngineClient((): Port => {
  const port: Port = {
    onmessage: null,
    onerror: null,
    postMessage(message) {
      if (!('call' in message)) return;
      const { id, call, args } = message;
      const send = (data: FromWorker) => port.onmessage?.({ data } as MessageEvent<FromWorker>);
      void Promise.resolve()
        .then(() => respond(call, args, (event) => send({ id, event })))
        .then(
          (result) => send({ id, result }),
          (error: unknown) => send({ id, error: toWire(error) }),
        );
    },
  };
  return port;
});
afterAll(() => client.dispose());
beforeEach(() => {
  conversations.clear();
  messages.clear();
  asked = [];
  fails = false;
  const model = { fingerprint: '00ff', label: 'm.gguf', contextLength: 64 } as ModelSummary;
  studioStore.setState({ ...initialState, model, context: 32, mode: 'chat' }, true);
  connectEngine(client);
});
const shown = (): string[] =>
  pathTo(get().talk.messages, get().talk.conversation?.head ?? null).map((m) => m.content);

describe('a conversation', () => {
  test('is given with its system prompt, penalties, stop strings and candidates, and kept message by message', async () => {
    await changeManner({
      system: 'Be brief.',
      stop: ['END'],
      sampling: { ...get().sampling, repeatPenalty: 1.2, presencePenalty: 0.5 },
    });
    await ask('one');
    await ask('two');
    expect(asked[1]).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'answer 1' },
        { role: 'user', content: 'two' },
      ],
      stop: ['END'],
      topLogprobs: 4,
      sampling: { repeatPenalty: 1.2, presencePenalty: 0.5 },
    });
    expect(asked[1]!.sampling).not.toHaveProperty('maxTokens');
    expect(messages.size).toBe(4);
    expect(get().talk.conversation).toMatchObject({ title: 'one', count: 4, system: 'Be brief.' });
  });

  test('comes back in another visit: branch, settings, candidates', async () => {
    await ask('one');
    await editMessage(get().talk.conversation!.head!, 'better');
    const { conversation } = get().talk;
    studioStore.setState({ ...initialState, model: get().model, runType: 'F16' }, true);
    expect(await openConversation(conversation!.id)).toBe(true);
    expect(shown()).toEqual(['one', 'better']);
    expect(get().runType).toBe('Q8_0');
    expect(Object.keys(get().talk.messages)).toHaveLength(3);
    expect(Object.values(get().talk.ranked)).toHaveLength(1);
    expect(await openConversation('nobody')).toBe(false);
  });

  test('an answer that is written again, and a changed question, stand beside what they replace', async () => {
    await ask('one');
    const [question] = pathTo(get().talk.messages, get().talk.conversation!.head);
    await answer(question!.id);
    expect(shown()).toEqual(['one', 'answer 2']);
    await editMessage(question!.id, 'uno');
    expect(shown()).toEqual(['uno', 'answer 3']);
    expect(Object.keys(get().talk.messages)).toHaveLength(5);
  });

  test('an answer that an error ends is kept as far as it came, and the error is told', async () => {
    fails = true;
    await ask('one');
    expect(shown()).toEqual(['one', 'answer 1']);
    expect(get().problem?.message).toBe('It broke.');
    expect(get().talk).toMatchObject({ writing: null });
    expect(get().answer).toEqual([]);
  });

  test('an answer lands in its conversation, whichever is shown by then', async () => {
    await ask('one');
    const first = get().talk.conversation!.id;
    const writing = ask('two');
    studioStore.setState({ talk: { ...get().talk, conversation: null, messages: {}, ranked: {} } });
    await writing;
    expect(get().talk.conversation).toBeNull();
    await openConversation(first);
    expect(shown()).toEqual(['one', 'answer 1', 'two', 'answer 2']);
  });

  test('is found by any of its messages, and deleted with all of them', async () => {
    await ask('one');
    await ask('the brave fox');
    const { id } = get().talk.conversation!;
    expect(await searchConversations('FOX')).toMatchObject([
      { conversation: { id }, place: 'the brave fox' },
    ]);
    expect(await searchConversations('wolf')).toEqual([]);
    await deleteConversation(id);
    expect([conversations.size, messages.size]).toEqual([0, 0]);
    expect(get().talk).toMatchObject({ conversation: null, all: [] });
  });
});

describe('a full context', () => {
  const long = 'w '.repeat(9).trim();
  test('is asked about; what is left out stays, and is not given', async () => {
    await ask(long);
    await ask(long);
    await ask(long);
    const { full } = get().talk;
    expect(full).toMatchObject({ context: 32, promptTokens: 36, leaveOut: { count: 4, tokens: 10 } });
    expect(asked).toHaveLength(2);
    await leaveOut();
    expect(asked[2]!.messages).toEqual([{ role: 'user', content: long }]);
    expect(shown()).toHaveLength(6);
    expect(get().talk.full).toBeNull();
  });
  test('grows in place, and the question is answered', async () => {
    await ask(long);
    await ask(long);
    await ask(long);
    await useContext(64);
    expect(get().context).toBe(64);
    expect(asked[2]!.messages).toHaveLength(5);
    expect(shown()).toHaveLength(6);
  });
  test('that one message fills has nothing to leave out', async () => {
    await ask('w '.repeat(40));
    expect(get().talk.full).toMatchObject({ leaveOut: null });
    expect(asked).toEqual([]);
  });
});

test('records of a newer version are counted, and neither shown nor written over', async () => {
  await ask('one');
  const { conversation } = get().talk;
  const newer = { version: 99, id: conversation!.id, form: 'another' };
  await write(conversation!.id, newer, conversations as never);
  await write(`${conversation!.id} x`, { version: 99 }, messages as never);
  await ask('two');
  await loadConversations();
  expect(get().talk).toMatchObject({ all: [], newer: 1 });
  expect(new Map(await entries<string, unknown>(conversations as never)).get(conversation!.id)).toEqual(
    newer,
  );
  expect(messages.get(`${conversation!.id} x`)).toEqual({ version: 99 });
});
