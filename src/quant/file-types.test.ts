import { expect, it } from 'vitest';
import { fileTypeOfName } from './file-types';

it.each([
  ['Phi-4-mini-instruct-Q4_K_M.gguf', 'Q4_K_M'],
  ['model.q8_0.gguf', 'Q8_0'],
  ['Llama-3.2-1B-IQ2_XXS.gguf', 'IQ2_XXS'],
  ['m-BF16.gguf', 'BF16'],
  ['m-UD-Q4_K_XL.gguf', null],
  ['F16.gguf', 'F16'],
  ['aF16.gguf', null],
  ['readme.gguf', null],
])('the level of %s is %s', (name, level) => expect(fileTypeOfName(name) ?? null).toBe(level));
