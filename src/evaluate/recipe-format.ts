import type { Recipe } from './search';

// A file of its own: the page writes recipes without importing the engine.

/** Value of a recipe's `format` field. */
export const RECIPE_FORMAT = 'nibble-recipe';

export const recipeText = ({ fileType, tensorTypes, fileBytes, expectedKl }: Recipe): string =>
  JSON.stringify(
    { format: RECIPE_FORMAT, version: 1, fileType, fileBytes, expectedKl, tensorTypes },
    null,
    1,
  );
