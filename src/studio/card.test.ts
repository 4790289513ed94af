import { expect, it } from 'vitest';
import { arrayValue, GgufType, type MetaValue, stringValue, u32Value } from '../files/gguf/metadata';
import { cardOf, dimensionsOf, metadataRows } from './card';

const metadataOf = (entries: Record<string, MetaValue>) => new Map(Object.entries(entries));
const texts = (...items: string[]) => arrayValue(GgufType.STRING, items);

it('a card has what the file says, and nothing that it does not', () => {
  const card = cardOf(
    metadataOf({
      'general.license': stringValue('mit'),
      'general.tags': texts('a', 'b'),
      'general.base_model.count': u32Value(2),
      'general.base_model.0.name': stringValue('Base'),
      'general.base_model.0.repo_url': stringValue('https://huggingface.co/o/base'),
      'general.base_model.1.organization': stringValue('nobody'),
    }),
  );
  expect(card).toMatchObject({ license: 'mit', tags: ['a', 'b'], author: null, languages: [], datasets: [] });
  expect(card.baseModels).toEqual([
    { name: 'Base', organization: null, url: 'https://huggingface.co/o/base' },
  ]);
  expect(cardOf(new Map())).toMatchObject({ description: null, baseModels: [], tags: [] });
});

it('is bounded, whatever a file says', () => {
  const card = cardOf(
    metadataOf({
      'general.description': stringValue('x'.repeat(100_000)),
      'general.license': u32Value(3),
      'general.tags': texts(...Array.from({ length: 5000 }, () => 't'.repeat(5000))),
      'general.base_model.count': u32Value(2 ** 32 - 1),
      'general.base_model.0.name': stringValue('Base'),
    }),
  );
  expect(card.description!.length).toBeLessThan(5000);
  expect(card.license).toBeNull();
  expect(card.tags.join('').length).toBeLessThan(100_000);
  expect(card.baseModels).toHaveLength(1);
  const many = metadataOf(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, texts('v')])));
  expect(metadataRows(many).length).toBeLessThan(1000);
});

it('a value for each layer gives the largest; values are cut where they are long', () => {
  const metadata = metadataOf({
    'general.architecture': stringValue('llama'),
    'llama.block_count': u32Value(4),
    'llama.attention.head_count_kv': arrayValue(GgufType.UINT32, [2, 8, 4]),
    'tokenizer.ggml.tokens': texts(...Array.from({ length: 20 }, (_, i) => `t${i}`)),
  });
  expect(dimensionsOf(metadata)).toMatchObject({
    layers: 4,
    cachedHeads: 8,
    vocabulary: 20,
    heads: null,
    experts: null,
  });
  const [, , , tokens] = metadataRows(metadata);
  expect(tokens!.value).toBe('[t0, t1, t2, t3, t4, t5, t6, t7, … (20)]');
});
