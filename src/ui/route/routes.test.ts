import { expect, test } from 'vitest';
import {
  type ComparePart,
  comparePart,
  compareParts,
  comparePath,
  chatPath,
  conversationOf,
  exportedLevel,
  exportPath,
  inspectedTensor,
  inspectPath,
  modelOf,
  isModelView,
  pathOf,
  paths,
  type View,
  viewOf,
} from './routes';

test('the address of every view leads to it, and to its model', () => {
  for (const view of Object.keys(paths) as View[]) {
    const path = pathOf(view, '00ff');
    expect(viewOf(path), path).toBe(view);
    expect(modelOf(path), path).toBe(isModelView(view) ? '00ff' : null);
  }
});

test("the address of a level's sheet is the levels', with the level's name whatever is in it", () => {
  for (const type of ['Q4_K_M', 'mine 5.0/b', 'ü#?%']) {
    const path = exportPath('00ff', type);
    expect(viewOf(path)).toBe('levels');
    expect(modelOf(path)).toBe('00ff');
    expect(exportedLevel(path)).toBe(type);
  }
  expect(exportedLevel(pathOf('levels', '00ff'))).toBeNull();
});

test('charts, table and levels side by side have an address each, all of the view that compares', () => {
  for (const part of Object.keys(compareParts) as ComparePart[]) {
    const path = comparePath('00ff', part);
    expect(viewOf(path), path).toBe('compare');
    expect(modelOf(path), path).toBe('00ff');
    expect(comparePart(path), path).toBe(part);
  }
  expect(comparePart('/m/00ff/compare/nothing')).toBe('charts');
});

test('the address of a conversation is the chat, with any id and any fingerprint', () => {
  for (const [model, conversation] of [
    ['00ff', '12ab'],
    ['../x', 'a/b?#%'],
  ] as const) {
    const path = chatPath(model, conversation);
    expect([viewOf(path), modelOf(path), conversationOf(path)]).toEqual(['chat', model, conversation]);
  }
  expect(conversationOf(pathOf('chat', '00ff'))).toBeNull();
  expect(conversationOf('/m/00ff/chat/%E0%A4%A')).toBeNull();
});

test('the address of a tensor has its name, whatever is in it', () => {
  for (const name of ['blk.0.attn_q.weight', 'a/b?#%']) {
    const path = inspectPath('00ff', name);
    expect([viewOf(path), modelOf(path), inspectedTensor(path)]).toEqual(['inspect', '00ff', name]);
  }
  expect(inspectedTensor(pathOf('inspect', '00ff'))).toBeNull();
});

test('an address that nobody made leads nowhere, and nothing throws', () => {
  for (const path of ['/nowhere', '/m', '/m/', '/m/00ff/nothing', 'levels', ''])
    expect([null, 'open', 'model']).toContain(viewOf(path));
  expect(viewOf('/nowhere')).toBeNull();
  expect(viewOf('/m/00ff/nothing')).toBeNull();
  expect(modelOf('/m/%E0%A4%A')).toBeNull();
  expect(exportedLevel('/m/00ff/levels/%E0%A4%A/export')).toBeNull();
});
