import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { madeAdapter } from '../testing/files/lora-adapter';
import { adaptersOf } from './adapters';
import { UsageError } from './arguments';

const folder = mkdtempSync(join(tmpdir(), 'nibble-lora-'));
for (const { path, bytes } of madeAdapter([{ module: 'm', rows: 4, cols: 6, rank: 2 }]).files) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}
const path = join(folder, 'adapter');

test('adapters come in the order of --lora and --lora-scaled, each with its strength', async () => {
  const found = await adaptersOf({ lora: [path], 'lora-scaled': [`${path}:0.5`, `${path}:-2`] });
  expect(found.map((a) => a.scale)).toEqual([1, 0.5, -2]);
  for (const { adapter } of found)
    expect([adapter.label, ...adapter.changes.keys()]).toEqual(['adapter', 'm.weight']);
  expect(await adaptersOf({})).toEqual([]);
});
test.each(['adapter', 'adapter:', 'adapter: ', ':1', 'adapter:strong', 'adapter:Infinity'])(
  '--lora-scaled "%s" is a mistake of the command line',
  async (text) => {
    await expect(adaptersOf({ 'lora-scaled': [text] })).rejects.toThrow(UsageError);
  },
);
test('a path that is not there is named', async () => {
  await expect(adaptersOf({ lora: [join(folder, 'none')] })).rejects.toThrow(
    /none: there is no such file or folder/,
  );
});
