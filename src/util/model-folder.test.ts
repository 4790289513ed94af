import { describe, expect, test } from 'vitest';
import { baseName, filesAtTop, folderName } from './model-folder';

const top = (...paths: string[]) => filesAtTop(paths, (path) => path, 'picked');
const CONFIG = 'picked/config.json';
const WEIGHTS = 'picked/model.safetensors';

describe('the files of a model folder', () => {
  test.each([
    ['checkpoint-100/config.json', 'checkpoint-100/model.safetensors'],
    ['.cache/huggingface/download/config.json', '.git/config'],
    ['original/consolidated.safetensors', 'onnx/model.onnx', 'onnx/config.json'],
    ['a/b/c/additional_chat_templates/tool_use.jinja', 'additional_chat_templates/notes.txt'],
  ])('are those at the top, not %s', (...nested) => {
    const all = [...nested.map((path) => `picked/${path}`), CONFIG, WEIGHTS];
    expect(top(...all)).toEqual([CONFIG, WEIGHTS]);
    expect(top(...all.map((path) => path.replaceAll('/', '\\')))).toHaveLength(2);
  });
  test('with the chat templates beside them', () => {
    const template = 'picked/additional_chat_templates/tool_use.jinja';
    expect(top(CONFIG, WEIGHTS, template)).toEqual([CONFIG, WEIGHTS, template]);
    expect(top('picked\\config.json', 'picked\\additional_chat_templates\\rag.jinja')).toHaveLength(2);
  });
  test('loose ones and several dropped folders stay', () => {
    expect(top('a.gguf', 'b/c.gguf')).toEqual(['a.gguf', 'b/c.gguf']);
    expect(top('a/1.gguf', 'b/2.gguf', 'b/old/3.gguf')).toEqual(['a/1.gguf', 'b/2.gguf']);
    expect(top('/home/me/tiny/config.json', '/home/me/tiny/x.safetensors')).toHaveLength(2);
  });
  test('a folder that holds nothing but one folder is that', () => {
    expect(top('picked/tiny/config.json', 'picked/tiny/model.safetensors')).toHaveLength(2);
  });
  test('weights in subfolders only are refused by the names of those', () => {
    expect(() => top('picked/README.md', 'picked/tiny/config.json', 'picked/tiny/model.safetensors')).toThrow(
      /picked: the model is not directly in this folder, but in picked\/tiny\./,
    );
    expect(() => top('picked/a/model.safetensors', 'picked/b/model.safetensors')).toThrow(
      /but in picked\/a, picked\/b\./,
    );
    const many = Array.from({ length: 9 }, (_, i) => `picked/${i}/x.gguf`);
    expect(() => top('picked/notes.txt', ...many)).toThrow(/picked\/4 and 4 more/);
  });
  test('names of both kinds of path', () => {
    expect(['a/b/c.json', 'a\\b\\c.json', 'c.json'].map(baseName)).toEqual(['c.json', 'c.json', 'c.json']);
    expect(['a/b/c.json', 'C:\\b\\c.json', 'c.json'].map(folderName)).toEqual(['b', 'b', undefined]);
  });
});
