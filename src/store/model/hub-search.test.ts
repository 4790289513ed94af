import { describe, expect, it } from 'vitest';
import { askedModel, isAddress } from './hub-search';

describe('names', () => {
  it.each([
    ['microsoft/Phi-4-mini-instruct', true],
    ['unsloth/Phi-4-GGUF:Q4_K_M', true],
    ['org/name@main/dir/file name.gguf', false],
    ['org/name/dir/file.gguf', true],
    ['https://huggingface.co/org/name', true],
    ['phi 4', false],
    ['phi', false],
    ['and/or something', false],
    ['', false],
  ])('%j names a repository: %s', (text, is) => expect(isAddress(text)).toBe(is));

  it.each([
    ['?model=hf:org/name:Q4_K_M', 'org/name:Q4_K_M'],
    ['?model=org/name', 'org/name'],
    ['?model=hf%3Aorg%2Fname', 'org/name'],
    ['?model=javascript:alert(1)', null],
    ['?model=', null],
    ['?text=and%2For+https%3A%2F%2Fhuggingface.co%2Forg%2Fname', 'https://huggingface.co/org/name'],
    ['?title=a&text=nothing+here', null],
    ['', null],
  ])('the page at %s asks for %s', (search, model) => expect(askedModel(search)).toBe(model));
});
