// Conversations as a file: JSON, for another browser or another program.
import type { AnswerPart } from '../../text/answer-reader';
import { NibbleError } from '../../util/errors';
import { wrongSampling } from './check';
import type { Conversation, Message, Timing } from './conversation';

/** A conversation with all its branches. */
export interface SavedConversation {
  readonly conversation: Conversation;
  readonly messages: readonly Message[];
}
export interface ConversationFile {
  readonly format: 'nibble-conversations';
  readonly version: 1;
  readonly conversations: readonly SavedConversation[];
}

const MAX_CHARACTERS = 64_000_000;
const MAX_CONVERSATIONS = 1000;
const MAX_MESSAGES = 20_000;
const MAX_TEXT = 4_000_000;
const MAX_NAME = 1000;
const MAX_STOPS = 64;
const MAX_PARTS = 10_000;
const HINT = 'Take a file that this page has exported.';

/** The text of a file of conversations. */
export function conversationFile(conversations: readonly SavedConversation[]): string {
  const file: ConversationFile = { format: 'nibble-conversations', version: 1, conversations };
  return JSON.stringify(file, null, 1);
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads the fields of one object of the file; each complaint names the place. */
class Place {
  readonly #label: string;
  readonly #path: string;
  readonly #fields: Fields;

  constructor(label: string, path: string, value: unknown) {
    this.#label = label;
    this.#path = path;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new NibbleError(`${label}: ${path} is ${short(value)}, expected an object.`, HINT);
    this.#fields = value as Fields;
  }

  wrong(key: string, found: unknown, expected: string): NibbleError {
    const at = this.#path === '' ? key : `${this.#path}.${key}`;
    return new NibbleError(`${this.#label}: ${at} is ${short(found)}, expected ${expected}.`, HINT);
  }
  text(key: string, most = MAX_NAME): string {
    const found = this.#fields[key];
    if (typeof found !== 'string' || found.length > most)
      throw this.wrong(key, found, `a text of at most ${most} characters`);
    return found;
  }
  textOrNull(key: string): string | null {
    return this.#fields[key] === null ? null : this.text(key);
  }
  optionalText(key: string, most = MAX_NAME): string | undefined {
    return this.#fields[key] === undefined ? undefined : this.text(key, most);
  }
  number(key: string): number {
    const found = this.#fields[key];
    if (typeof found !== 'number' || !Number.isFinite(found) || found < 0)
      throw this.wrong(key, found, 'a number from 0');
    return found;
  }
  one<T extends string>(key: string, of: readonly T[]): T {
    const found = this.#fields[key];
    const known = of.find((value) => value === found);
    if (known === undefined) throw this.wrong(key, found, of.map((v) => `"${v}"`).join(' or '));
    return known;
  }
  list(key: string, most: number): readonly unknown[] {
    const found = this.#fields[key];
    if (!Array.isArray(found) || found.length > most)
      throw this.wrong(key, found, `a list of at most ${most}`);
    return found;
  }
  has(key: string): boolean {
    return this.#fields[key] !== undefined;
  }
  at(key: string): Place {
    return new Place(this.#label, `${this.#path}.${key}`, this.#fields[key]);
  }
  each<T>(key: string, most: number, read: (place: Place) => T): T[] {
    return this.list(key, most).map((value, i) =>
      read(new Place(this.#label, `${this.#path === '' ? '' : `${this.#path}.`}${key}[${i}]`, value)),
    );
  }
  sampling(key: string): Conversation['sampling'] {
    const found = this.#fields[key];
    const wrong = wrongSampling(found);
    if (wrong !== undefined) throw new NibbleError(`${this.#label}: ${this.#path}.${key} ${wrong}.`, HINT);
    return found as Conversation['sampling'];
  }
}

/** A value of a file as a message shows it. */
function short(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

const PARTS: readonly AnswerPart['kind'][] = ['answer', 'thoughts', 'tool call', 'mark'];
const STOPPED: readonly Timing['stopped'][] = ['stop token', 'stop string', 'length', 'context', 'cancelled'];

function timingOf(place: Place): Timing {
  const stopString = place.optionalText('stopString');
  return {
    stopped: place.one('stopped', STOPPED),
    evaluated: place.number('evaluated'),
    timeToFirstTokenMs: place.number('timeToFirstTokenMs'),
    promptTokensPerSecond: place.number('promptTokensPerSecond'),
    tokensPerSecond: place.number('tokensPerSecond'),
    tokens: place.number('tokens'),
    promptTokens: place.number('promptTokens'),
    ...(place.has('thoughtsMs') ? { thoughtsMs: place.number('thoughtsMs') } : {}),
    ...(stopString === undefined ? {} : { stopString }),
  };
}

function messageOf(place: Place): Message {
  const reasoningContent = place.optionalText('reasoningContent', MAX_TEXT);
  const level = place.optionalText('level');
  return {
    id: place.text('id'),
    conversation: place.text('conversation'),
    parent: place.textOrNull('parent'),
    role: place.one('role', ['user', 'assistant']),
    content: place.text('content', MAX_TEXT),
    createdMs: place.number('createdMs'),
    ...(reasoningContent === undefined ? {} : { reasoningContent }),
    ...(level === undefined ? {} : { level }),
    ...(place.has('edited') ? { edited: true } : {}),
    ...(place.has('sampling') ? { sampling: place.sampling('sampling') } : {}),
    ...(place.has('timing') ? { timing: timingOf(place.at('timing')) } : {}),
    ...(place.has('parts')
      ? {
          parts: place.each('parts', MAX_PARTS, (part) => ({
            kind: part.one('kind', PARTS),
            text: part.text('text', MAX_TEXT),
          })),
        }
      : {}),
  };
}

function savedOf(place: Place): SavedConversation {
  const of = place.at('conversation');
  const conversation: Conversation = {
    id: of.text('id'),
    modelId: of.text('modelId'),
    modelLabel: of.text('modelLabel'),
    title: of.text('title'),
    createdMs: of.number('createdMs'),
    changedMs: of.number('changedMs'),
    head: of.textOrNull('head'),
    startsAt: of.textOrNull('startsAt'),
    level: of.text('level'),
    count: of.number('count'),
    system: of.text('system', MAX_TEXT),
    stop: of.list('stop', MAX_STOPS).map((stop) => {
      if (typeof stop !== 'string' || stop.length > MAX_NAME) throw of.wrong('stop', stop, 'texts');
      return stop;
    }),
    sampling: of.sampling('sampling'),
  };
  const messages = place.each('messages', MAX_MESSAGES, messageOf);
  const ids = new Set<string>();
  for (const [i, message] of messages.entries()) {
    // A message follows one that stands before it, so that no branch runs in a circle.
    if (message.parent !== null && !ids.has(message.parent))
      throw place.wrong(`messages[${i}].parent`, message.parent, 'the id of a message before it, or null');
    if (ids.has(message.id)) throw place.wrong(`messages[${i}].id`, message.id, 'an id of its own');
    ids.add(message.id);
  }
  return { conversation, messages };
}

/** Parses a file of conversations. Throws NibbleError with the place of a defect. */
export function parseConversations(label: string, text: string): readonly SavedConversation[] {
  if (text.length > MAX_CHARACTERS)
    throw new NibbleError(
      `${label} has ${text.length} characters, expected at most ${MAX_CHARACTERS}.`,
      HINT,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new NibbleError(
      `${label} is no JSON: ${error instanceof Error ? error.message : String(error)}.`,
      HINT,
    );
  }
  const { format, version } = (value ?? {}) as Fields;
  if (format !== 'nibble-conversations' || version !== 1)
    throw new NibbleError(
      `${label} is no file of conversations: format is ${short(format)}, version ${short(version)}; expected "nibble-conversations", 1.`,
      HINT,
    );
  return new Place(label, '', value).each('conversations', MAX_CONVERSATIONS, savedOf);
}

/** The same conversations under new ids: one that is here already stays as it is. Their heads are messages that they have. */
export function withNewIds(
  saved: readonly SavedConversation[],
  newId: () => string,
): readonly SavedConversation[] {
  return saved.map(({ conversation, messages }) => {
    const id = newId();
    const ids = new Map(messages.map((m) => [m.id, newId()]));
    const of = (old: string | null): string | null => (old === null ? null : (ids.get(old) ?? null));
    return {
      conversation: {
        ...conversation,
        id,
        head: of(conversation.head) ?? of(messages.at(-1)?.id ?? null),
        startsAt: of(conversation.startsAt),
      },
      messages: messages.map((m) => ({
        ...m,
        id: ids.get(m.id)!,
        conversation: id,
        parent: of(m.parent),
      })),
    };
  });
}

/** Names of those who speak. */
export interface Speakers {
  readonly you: string;
  readonly model: string;
}

/** The branch that is shown, as Markdown for people. */
export function asMarkdown(
  { title, modelLabel }: Conversation,
  path: readonly Message[],
  { you, model }: Speakers,
): string {
  const turns = path.map(
    ({ role, level, content }) => `## ${role === 'user' ? you : (level ?? model)}\n\n${content.trim()}\n`,
  );
  return [`# ${title}\n\n${modelLabel}\n`, ...turns].join('\n');
}
