import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { knownModel, noteModel } from './known-models';

const stored = new Map<string, string>();
beforeEach(() => {
  stored.clear();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  });
});
afterEach(() => vi.unstubAllGlobals());

test('a model is known by its fingerprint, the newest word on it counts', () => {
  noteModel('a', { kind: 'files', label: 'one.gguf' });
  noteModel('b', { kind: 'hub', label: 'org/two', preTokenizer: 'gpt-2' });
  noteModel('a', { kind: 'built-in', label: 'other.gguf' });
  expect(knownModel('a')).toEqual({ kind: 'built-in', label: 'other.gguf' });
  expect(knownModel('b')).toEqual({ kind: 'hub', label: 'org/two', preTokenizer: 'gpt-2' });
  expect(knownModel('c')).toBeUndefined();
});

test('the oldest of very many is forgotten', () => {
  for (let i = 0; i < 101; i++) noteModel(`m${i}`, { kind: 'files', label: `${i}` });
  expect(knownModel('m0')).toBeUndefined();
  expect(knownModel('m1')?.label).toBe('1');
});

test.each([
  '',
  'x',
  '{}',
  '[1]',
  '[["a",{"kind":"other","label":"x"}]]',
  '[["a",{"kind":"files","label":1}]]',
])('what somebody else wrote there is no model: %s', (text) => {
  stored.set('nibble-models', text);
  expect(knownModel('a')).toBeUndefined();
  noteModel('b', { kind: 'files', label: 'b' });
  expect(knownModel('b')?.label).toBe('b');
});

test('without storage no model is known, and nothing throws', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new DOMException('', 'SecurityError');
    },
    setItem: () => {
      throw new DOMException('', 'SecurityError');
    },
  });
  noteModel('a', { kind: 'files', label: 'one' });
  expect(knownModel('a')).toBeUndefined();
});
