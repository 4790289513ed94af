import { expect, test } from 'vitest';
import { builtInPresets, deletePreset, presetOf, presetStore, readPresets, savePreset } from './presets';

const rest = { seed: 7, maxTokens: 12 };

test('settings are a preset whatever the seed and the limit are, and none as soon as one differs', () => {
  for (const name of ['greedy', 'precise', 'balanced', 'creative'] as const) {
    expect(presetOf({ ...builtInPresets[name], ...rest })).toBe(name);
    expect(presetOf({ ...builtInPresets[name], ...rest, repeatPenalty: 1.1 })).toBeUndefined();
  }
  // Penalties that are left out are off.
  expect(presetOf({ temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, ...rest })).toBe('balanced');
});

test('of two presets of one name the later one is kept, and one is deleted by its name', () => {
  const sampling = { ...builtInPresets.precise, ...rest };
  savePreset({ name: 'mine', system: 'Be brief.', stop: ['\n'], sampling });
  savePreset({ name: 'mine', system: 'Be long.', stop: [], sampling });
  savePreset({ name: 'other', system: '', stop: [], sampling });
  expect(presetStore.getState().own.map((p) => [p.name, p.system])).toEqual([
    ['mine', 'Be long.'],
    ['other', ''],
  ]);
  deletePreset('mine');
  expect(presetStore.getState().own.map((p) => p.name)).toEqual(['other']);
});

test('of what is stored, only presets are read', () => {
  const good = { name: 'a', system: '', stop: [], sampling: { ...builtInPresets.greedy, ...rest } };
  const bad = [null, {}, { ...good, stop: [1] }, { ...good, sampling: { temperature: 'x' } }];
  expect(readPresets({ own: [...bad, good] })).toEqual([good]);
  for (const stored of [null, undefined, 5, { own: 5 }]) expect(readPresets(stored)).toEqual([]);
});
