import { describe, expect, test } from 'vitest';
import type { Message, Messages } from './conversation';
import {
  besideOf,
  branchOf,
  foundIn,
  givenOf,
  headAfter,
  leafOf,
  newestLeaf,
  pathTo,
  promptOf,
  titleOf,
} from './tree';

let clock = 0;
const message = (id: string, parent: string | null, role: Message['role'] = 'user'): Message => ({
  id,
  conversation: 'c',
  parent,
  role,
  content: `says ${id}`,
  createdMs: clock++,
});
const tree = (...all: readonly Message[]): Messages => Object.fromEntries(all.map((m) => [m.id, m]));
const ids = (path: readonly Message[]): string => path.map((m) => m.id).join(' ');

/** Two questions; the first was answered three times, and the second answer gone on with. */
const story = tree(
  message('q1', null),
  message('a1', 'q1', 'assistant'),
  message('a2', 'q1', 'assistant'),
  message('q2', 'a2'),
  message('b1', 'q2', 'assistant'),
  message('a3', 'q1', 'assistant'),
  message('r1', null),
);

describe('branches', () => {
  test('a head shows the messages that lead to it', () => {
    expect(ids(pathTo(story, 'b1'))).toBe('q1 a2 q2 b1');
    expect(ids(pathTo(story, 'a3'))).toBe('q1 a3');
    expect(pathTo(story, null)).toEqual([]);
    expect(pathTo(story, 'nobody')).toEqual([]);
  });
  test('a branch is one of those that follow the same message', () => {
    expect(branchOf(story, 'a2')).toEqual({ at: 2, of: 3 });
    expect(branchOf(story, 'q1')).toEqual({ at: 1, of: 2 });
    expect(branchOf(story, 'b1')).toEqual({ at: 1, of: 1 });
  });
  test('the branch beside is shown to its end, and there is none past the last', () => {
    expect(besideOf(story, 'a1', 1)).toBe('b1');
    expect(besideOf(story, 'a2', 1)).toBe('a3');
    expect(besideOf(story, 'a3', 1)).toBe('a3');
    expect(besideOf(story, 'a1', -1)).toBe('a1');
    expect(besideOf(story, 'q1', 1)).toBe('r1');
  });
  test('the newest leads on', () => {
    expect(leafOf(story, 'q1')).toBe('a3');
    expect(newestLeaf(story)).toBe('r1');
    expect(newestLeaf({})).toBeNull();
  });
  test('messages that follow each other in a circle, or nobody, end nowhere for ever', () => {
    const circle = tree(message('x', 'y'), message('y', 'x'), message('z', 'gone'));
    expect(pathTo(circle, 'x')).toHaveLength(2);
    expect(leafOf(circle, 'x')).toBe('y');
    expect(ids(pathTo(circle, 'z'))).toBe('z');
  });
  test('what another tab adds is gone on with where it follows, and leaves this branch shown where it does not', () => {
    expect(headAfter(story, 'q2', 'b1')).toBe('b1');
    expect(headAfter(story, 'a3', 'b1')).toBe('a3');
    expect(headAfter(story, null, 'a1')).toBe('a1');
  });
});

describe('prompts', () => {
  test('begin with the system prompt, where there is one, and go without what was left out', () => {
    const path = pathTo(story, 'b1');
    expect(promptOf('', path).map((m) => m.role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(promptOf(' Be brief.', givenOf(path, 'q2'))).toEqual([
      { role: 'system', content: ' Be brief.' },
      { role: 'user', content: 'says q2' },
      { role: 'assistant', content: 'says b1' },
    ]);
    // A branch that does not have the message is given whole.
    expect(ids(givenOf(path, 'a3'))).toBe('q1 a2 q2 b1');
  });
  test('thoughts go with the answer that they led to', () => {
    const thought = { ...message('t', null, 'assistant'), reasoningContent: 'hm' };
    expect(promptOf('', [thought])).toEqual([
      { role: 'assistant', content: 'says t', reasoningContent: 'hm' },
    ]);
  });
});

test('a title is the first line of what was asked, in whole characters', () => {
  expect(titleOf('  Hello\nworld')).toBe('Hello');
  expect(titleOf('😀'.repeat(80))).toBe(`${'😀'.repeat(60)}…`);
});

test('a search finds a title or a place in a message, whatever the case', () => {
  const said = [{ content: 'First.' }, { content: `${'x '.repeat(30)}the Brave FOX ran${' y'.repeat(40)}` }];
  expect(foundIn({ title: 'About foxes' }, said, 'FOXES')).toBe('');
  expect(foundIn({ title: 'Story' }, said, 'brave fox')).toMatch(/^…[x ]+the Brave FOX ran[ y]+…$/);
  expect(foundIn({ title: 'Story' }, said, 'wolf')).toBeNull();
});
