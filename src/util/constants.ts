// Constants that the page and the engine share. Lists that only the engine knows come over the worker's protocol.

/** The format that a recipe's file states. */
export const RECIPE_FORMAT = 'nibble-recipe';
