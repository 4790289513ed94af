import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openPath } from './files';

const root = mkdtempSync(join(tmpdir(), 'nibble-folder-'));
afterAll(() => rmSync(root, { recursive: true }));
for (const path of [
  'model/config.json',
  'model/model.safetensors',
  'model/checkpoint-100/config.json',
  'model/.cache/x.json',
  'model/additional_chat_templates/rag.jinja',
  'outer/inner/only.gguf',
]) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), '');
}
const names = (path: string) =>
  openPath(join(root, path))
    .map((f) => f.name)
    .toSorted(); // prettier-ignore

test('a folder gives the files at its top, with the chat templates beside them', () => {
  expect(names('model')).toEqual([
    'model/additional_chat_templates/rag.jinja',
    'model/config.json',
    'model/model.safetensors',
  ]);
  expect(names('model/checkpoint-100')).toEqual(['checkpoint-100/config.json']);
});
test('a folder that holds nothing but one folder is that; a file is itself', () => {
  expect(names('outer')).toEqual(['inner/only.gguf']);
  expect(names('outer/inner/only.gguf')).toEqual(['only.gguf']);
});
