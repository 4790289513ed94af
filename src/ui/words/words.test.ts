import { afterEach, expect, test } from 'vitest';
import { fileTypes } from '../../quant/file-types';
import { exponential, fixed, whole } from '../kit/numerals';
import { ago, megaOrGiga, nats, natsWithError } from '../kit/units';
import { en } from './en';
import { id } from './id';
import { languageOf, languageNow, speak, spoken } from './language';

/** Said alike in both, on purpose. */
const ALIKE: Readonly<Record<string, readonly string[]>> = {
  'names of things': ['name', 'library.hub', 'settings.languages.en', 'settings.languages.id'],
  'formats of files': ['compare.csvFile', 'compare.json', 'compare.markdown', 'compare.png', 'compare.svg'],
  'words of the field, which Indonesian has taken over': [
    'views.model',
    'chat.level',
    'chat.model',
    'chat.prompt',
    'compare.level',
    'device.level',
    'export.program',
    'inspect.columns.minimum',
    'inspect.kind',
    'inspect.level',
    'inspect.tensor',
    'levels.columns.name',
    'model.template.prompt',
    'model.tensors.metadata',
    'model.tokenizer.title',
    'model.tokenizer.token',
  ],
  'symbols, units and names of formats': [
    'chat.fields.minP.label',
    'chat.fields.topK.label',
    'chat.fields.topP.label',
    'compare.columns.kl99.title',
    'compare.columns.rms.title',
    'compare.csv.rms',
    'compare.tip.kl',
    'device.bytes',
    'device.paths.float16',
    'device.paths.float32',
    'levels.families.fp4',
    'model.tensors.size',
  ],
  'names and figures with nothing but marks between them': [
    'chat.chosen',
    'choose.point',
    'choose.sizeOf',
    'compare.conditions.on',
    'inspect.cell',
    'search.count',
  ],
  'sentences of the engine, in the place of which each level has one': ['levels.group'],
  'a prompt for a model that was trained on English stories': ['try.start'],
};

type Leaf = string | ((...args: unknown[]) => unknown);
/** Every word of a catalogue by its path. */
function leavesOf(of: object, path = ''): [string, Leaf][] {
  return Object.entries(of).flatMap(([key, value]): [string, Leaf][] => {
    const at = path === '' ? key : `${path}.${key}`;
    return typeof value === 'object' && value !== null
      ? leavesOf(value as object, at)
      : [[at, value as Leaf]];
  });
}

const task = { what: '', name: 'NAME', type: 'TYPE', figure: 'speed', at: 2, of: 7, leftMs: 90_000 };
const quantiles = { mean: 1, median: 1, p90: 1, p95: 1, p99: 1, p999: 1, max: 1 };
/** Arguments that words may take, until one of them is taken. */
const ARGUMENTS: readonly (readonly unknown[])[] = [
  [task, 2, 3, 4, 5],
  [7, 3, 'B', 4, 5],
  ['A', 'B', ['C'], 'D', 5],
  [['A', 'B', 'C'], ['D'], 2],
  [7, 'A', 'B', [['A', 'B']], 5],
  [quantiles, 2],
];
/** Sentences with each of them; figures are left out, as they are alike anyway. */
function saidBy(leaf: Leaf): string[] {
  if (typeof leaf === 'string') return [leaf];
  return ARGUMENTS.map((args) => {
    try {
      return JSON.stringify(leaf(...args)).replaceAll(/[\d.,]+/g, '#');
    } catch {
      return '';
    }
  });
}

test('no word of the second language is left in English', () => {
  const inEnglish = new Map(leavesOf(en));
  const left = leavesOf(id).filter(([path, leaf]) => {
    const said = saidBy(leaf);
    expect(
      said.some((s) => s !== ''),
      `${path} says something`,
    ).toBe(true);
    return (
      saidBy(inEnglish.get(path)!).every((s, i) => s === said[i]) && said.some((s) => /[a-z]{2}/i.test(s))
    );
  });
  expect(left.map(([path]) => path).toSorted()).toEqual(Object.values(ALIKE).flat().toSorted());
});

test('both say the same things, and as many', () => {
  const other = new Map(leavesOf(id));
  expect([...other.keys()].toSorted()).toEqual(
    leavesOf(en)
      .map(([path]) => path)
      .toSorted(),
  );
  // A name that one sentence has and the other has not is lost on its reader.
  const names = (leaf: Leaf) => new Set(saidBy(leaf).flatMap((said) => said.match(/NAME|TYPE/g) ?? []));
  for (const [path, leaf] of leavesOf(en)) expect(names(other.get(path)!), path).toEqual(names(leaf));
});

test.each([
  ['system', ['id-ID', 'en'], 'id'],
  ['system', ['in'], 'id'],
  ['system', ['fr-FR', 'id'], 'id'],
  ['system', ['en-GB', 'id'], 'en'],
  ['system', ['fr'], 'en'],
  ['system', [], 'en'],
  ['id', ['en'], 'id'],
  ['en', ['id'], 'en'],
] as const)('the choice %s in a system of %j is %s', (choice, ofSystem, language) => {
  expect(languageOf(choice, ofSystem)).toBe(language);
});

test('purpose and group of every level are said in the second language', () => {
  for (const { label, use, group } of fileTypes) {
    expect(id.levels.use(label, use), label).not.toBe(use);
    if (!['FP32', 'FP4'].includes(group)) expect(id.levels.group(group)).not.toBe(group);
  }
});

afterEach(() => speak('en'));

test('the last wish is spoken, whichever catalogue comes first', async () => {
  await Promise.all([speak('id'), speak('en')]);
  expect(languageNow()).toBe('en');
  await Promise.all([speak('en'), speak('id')]);
  expect(spoken.getState()).toEqual({ language: 'id', words: id });
});

test('numbers, sizes and days are those of the language', async () => {
  const now = new Date(2026, 10, 28, 12).getTime();
  const all = () => [
    fixed(3.25, 1),
    whole(12_345),
    megaOrGiga(4_920_000_000),
    nats(0.0313),
    natsWithError(0.0056, 0.00034),
    exponential(0.00012, 1),
    ago(now - 60_000, now),
    ago(new Date(2026, 7, 17).getTime(), now),
  ];
  expect(all()).toEqual([
    '3.3',
    '12,345',
    '4.92 GB',
    '0.031',
    '0.0056 ± 0.0003',
    '1.2e-4',
    'today',
    'Aug 17',
  ]);
  await speak('id');
  expect(all()).toEqual([
    '3,3',
    '12.345',
    '4,92 GB',
    '0,031',
    '0,0056 ± 0,0003',
    '1,2e-4',
    'hari ini',
    '17 Agu',
  ]);
});
