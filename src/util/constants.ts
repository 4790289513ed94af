// Constants that the page and the engine share. Lists that only the engine has come over the worker's protocol.

/** Format identifier of recipe files. */
export const RECIPE_FORMAT = 'nibble-recipe';
