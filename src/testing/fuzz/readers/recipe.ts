import { isDeepStrictEqual } from 'node:util';
import { parseRecipe, recipeText } from '../../../evaluate/recipe';
import type { Recipe } from '../../../evaluate/search';
import { fileTypeByLabel } from '../../../quant/file-types';
import { formatByLabel } from '../../../quant/registry';
import stored from '../../golden/stores/recipe.json';
import { mutatedJson, type Words } from '../mutate-json';
import { fuzzer, rule, shownBytes } from '../reader';

const seed = JSON.stringify(stored);
const words: Words = {
  keys: ['format', 'version', 'fileType', 'tensorTypes', 'fileBytes', 'expectedKl', 'name', 'type'],
  values: ['Q4_K', 'Q8_0', 'IQ1_S', 'F32', 'I8', 'q4_k', 'Q4_K_M', 1, 2, 0, -1, 1e300],
};

export const reader = fuzzer<Uint8Array<ArrayBuffer>, Recipe>({
  name: 'recipe',
  sources: ['src/evaluate/recipe.ts'],
  inputs: 1_000_000,
  make: (r) => mutatedJson(r, seed, words),
  read: (bytes) => parseRecipe('fuzz.json', new TextDecoder().decode(bytes)),
  check: (_, accepted) => {
    rule(fileTypeByLabel(accepted.fileType) !== undefined, `${accepted.fileType} is a level`);
    rule(accepted.tensorTypes.length > 0, 'it has tensors');
    for (const { type } of accepted.tensorTypes) formatByLabel(type);
    rule(accepted.fileBytes >= 0 && accepted.expectedKl >= 0, 'its figures are not negative');
    const names = accepted.tensorTypes.map((t) => t.name);
    rule(new Set(names).size === names.length, 'each tensor has one type');
    rule(
      isDeepStrictEqual(parseRecipe('again.json', recipeText(accepted)), accepted),
      'it is the same again',
    );
  },
  show: shownBytes,
});
