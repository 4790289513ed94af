import { describe, expect, test } from 'vitest';
import { openTiny } from '../testing/tiny-engine';
import { TINY } from '../../bench/models/tiny-llama';
import { Mixes } from '../studio/mixes';
import { parseRecipe, recipeText } from './recipe';

const recipe = {
  fileType: 'Q4_K_M',
  fileBytes: 1000,
  expectedKl: 0.25,
  tensorTypes: [
    { name: 'blk.0.attn_q.weight', type: 'Q8_0' },
    { name: 'output.weight', type: 'Q5_K' },
  ],
};
const change = (what: object): string => JSON.stringify({ ...JSON.parse(recipeText(recipe)), ...what });
const model = () => openTiny({ ...TINY, layers: 1 });

describe('a saved recipe', () => {
  test('is read as it was written', () => {
    expect(parseRecipe('r.json', recipeText(recipe))).toEqual(recipe);
  });

  test('comes with the mix that is looked at', async () => {
    const source = await model();
    const mixes = new Mixes(() => [source, undefined]);
    const options = ['Q4_0', 'Q8_0'].map((type, i) => ({ type, sizeBytes: 1000 * (i + 1), cost: 1 - i }));
    mixes.take({ base: 'F16', tensors: [{ name: 'output.weight', options }], fixedBytes: 0, probed: [] });
    const { recipeText: text, fileType, tensorTypes, fileBytes, expectedKl } = mixes.at(2000);
    expect(parseRecipe('r.json', text)).toEqual({ fileType, tensorTypes, fileBytes, expectedKl });
    expect(tensorTypes).toEqual([{ name: 'output.weight', type: 'Q8_0' }]);
  });

  test('makes a level of its types, of the size that it has here', async () => {
    const source = await model();
    const mixes = new Mixes(() => [source, undefined]);
    const name = mixes.addRecipe('r.json', recipeText(recipe));
    const plan = mixes.plan(name)!;
    const typeOf = (tensor: string) => plan.tensors.find((t) => t.name === tensor)!.type.label;
    expect(typeOf('blk.0.attn_q.weight')).toBe('Q8_0');
    expect(typeOf('output.weight')).toBe('Q5_K');
    expect(name).toBe(`mix-${(plan.fileBytes / 1e6).toFixed(2)}M`);
    expect(mixes.addRecipe('r.json', recipeText(recipe))).toBe(name);
    expect(mixes.plans).toHaveLength(1);
  });

  test.each([
    ['{', /r\.json: it is no JSON/],
    ['{}', /expected "format": "nibble-recipe" and "version": 1/],
    [change({ version: 2 }), /"version": 1/],
    [change({ fileType: 'Q9_X' }), /"fileType" is "Q9_X"/],
    [change({ fileBytes: -1 }), /"fileBytes" and "expectedKl"/],
    [change({ tensorTypes: [] }), /"tensorTypes" must list/],
    [change({ tensorTypes: [{ name: 'a' }] }), /entry 0 of "tensorTypes" has no name and type/],
    [change({ tensorTypes: [{ name: 'a', type: 'Q9' }] }), /a is to be Q9, which is no type/],
    [change({ tensorTypes: [{ name: 'a', type: 'Q8_0' }] }), /1 of its 1 tensors are not in .*"a" for one/],
    // A type that needs an importance matrix, without one.
    [change({ tensorTypes: [{ name: 'blk.0.attn_q.weight', type: 'IQ1_S' }] }), /imatrix|importance/i],
  ])('that is damaged or another model’s is refused: %s', async (text, why) => {
    const source = await model();
    const mixes = new Mixes(() => [source, undefined]);
    expect(() => mixes.addRecipe('r.json', text)).toThrow(why);
    expect(mixes.plans).toHaveLength(0);
  });
});
