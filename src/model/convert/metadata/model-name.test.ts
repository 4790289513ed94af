import { describe, expect, test } from 'vitest';
import { modelCard } from './identity';
import { nameParts, sizeLabelOf, titleOf } from './model-name';

describe('names', () => {
  test.each([
    ['Phi-3.5-mini-instruct', { basename: 'Phi-3.5', sizeLabel: 'mini', finetune: 'instruct' }],
    ['Meta-Llama-3.1-8B-Instruct', { basename: 'Meta-Llama-3.1', sizeLabel: '8B', finetune: 'Instruct' }],
    ['Mixtral-8x7B-Instruct-v0.1', { basename: 'Mixtral', sizeLabel: '8x7B', version: 'v0.1' }],
    ['microsoft/phi-2', { organization: 'microsoft' }],
    ['bloom-7b1', { basename: 'bloom', sizeLabel: '7.1B' }],
    ['gemma', {}],
  ])('%s', (id, want) => expect(nameParts(id, 0)).toMatchObject(want));
  test('a size that is far from the model is a context length', () => {
    expect(nameParts('Phi-3-mini-128k-instruct', 3.8e9)).toMatchObject({
      sizeLabel: 'mini',
      finetune: '128k-instruct',
    });
  });
  test('titles and size labels', () => {
    expect(titleOf('tiny-phi4mini-v2-8B')).toBe('Tiny Phi4Mini v2 8B');
    expect(sizeLabelOf([{ name: 'a', shape: [1000, 1234] }])).toBe('1.2M');
    expect(sizeLabelOf([{ name: 'b_exps.weight', shape: [100, 100, 8] }])).toBe('8x10K');
  });
  test('a model card that is no YAML says nothing', () => {
    expect(modelCard('---\nlicense: mit\nlanguage:\n- no\n---\n# Hi')).toEqual({
      license: 'mit',
      language: ['no'],
    });
    expect(modelCard('---\n: [\n---')).toEqual({});
    expect(modelCard('# Hi')).toEqual({});
  });
});
