import { expect, it } from 'vitest';
import { en } from '../words/en';
import { commandsNow, matching } from './commands';

it('no two commands share a key or a name, and a filter takes words in any order', () => {
  const all = commandsNow(en);
  const keys = all.flatMap((c) => c.keys ?? []);
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(all.map((c) => c.label)).size).toBe(all.length);
  expect(matching(all, 'face search').map((c) => c.id)).toEqual(['search']);
  expect(matching(all, '')).toEqual(all);
  expect(matching(all, 'no such thing')).toEqual([]);
});

it('without a model there is no way to its views, and nothing to stop', () => {
  const ids = commandsNow(en).map((c) => c.id);
  expect(ids).toContain('go device');
  expect(ids).not.toContain('go levels');
  expect(ids).not.toContain('stop');
});
