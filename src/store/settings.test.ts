import { expect, test } from 'vitest';
import { initialSettings, readSettings } from './settings';

test('settings of this and of other versions are read as far as they are understood', () => {
  expect(readSettings({ theme: 'dark', language: 'id', gpuMemoryBytes: 8e9, singleKeys: false })).toEqual({
    theme: 'dark',
    language: 'id',
    gpuMemoryBytes: 8e9,
    singleKeys: false,
  });
  for (const stored of [
    undefined,
    null,
    1,
    'x',
    [],
    {},
    { theme: 'pink', language: 'xx', gpuMemoryBytes: -1 },
  ])
    expect(readSettings(stored)).toEqual(initialSettings);
  for (const gpuMemoryBytes of [0, Number.NaN, Number.POSITIVE_INFINITY, '8', null])
    expect(readSettings({ gpuMemoryBytes }).gpuMemoryBytes).toBeNull();
  expect(readSettings({ theme: 'light', another: 1 })).toEqual({ ...initialSettings, theme: 'light' });
});
