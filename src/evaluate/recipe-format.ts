import type { Recipe } from './search';

// By itself: the page writes recipes, and needs nothing of the engine for it.

/** What a recipe calls itself. */
export const RECIPE_FORMAT = 'nibble-recipe';

export const recipeText = ({ fileType, tensorTypes, fileBytes, expectedKl }: Recipe): string =>
  JSON.stringify(
    { format: RECIPE_FORMAT, version: 1, fileType, fileBytes, expectedKl, tensorTypes },
    null,
    1,
  );
