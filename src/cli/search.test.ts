import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseRecipe } from '../evaluate/recipe';
import { writeRecipe } from './search';

test('a recipe that the command line wrote is read as it was', () => {
  const recipe = {
    fileType: 'Q4_K_M',
    fileBytes: 1000,
    expectedKl: 0.25,
    tensorTypes: [{ name: 'blk.0.attn_q.weight', type: 'Q8_0' }],
  };
  const folder = mkdtempSync(join(tmpdir(), 'nibble-recipe-'));
  try {
    const path = join(folder, 'recipe.json');
    writeRecipe(path, recipe);
    expect(parseRecipe(path, readFileSync(path, 'utf8'))).toEqual(recipe);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
