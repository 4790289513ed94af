import type { ImportanceMatrix } from '../files/imatrix';
import type { ModelFile } from '../files/model-file';
import { fileTypeByLabel } from '../quant/file-types';
import { quantFormats } from '../quant/registry';
import { RECIPE_FORMAT } from '../util/constants';
import { FileError, NibbleError } from '../util/errors';
import { planRecipe, type Recipe } from './search';

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null;
const isSize = (x: unknown): x is number => typeof x === 'number' && Number.isFinite(x) && x >= 0;
/** A recipe has a line for each tensor of a model. */
const MAX_RECIPE_LENGTH = 16_000_000;
const MAX_RECIPE_TENSORS = 100_000;

/** The file of a recipe. */
export const recipeText = ({ fileType, tensorTypes, fileBytes, expectedKl }: Recipe): string =>
  JSON.stringify(
    { format: RECIPE_FORMAT, version: 1, fileType, fileBytes, expectedKl, tensorTypes },
    null,
    1,
  );

/** Parses a recipe file. Throws FileError with the defect. */
export function parseRecipe(label: string, text: string): Recipe {
  const refuse = (what: string): FileError =>
    new FileError(`${label}: ${what}.`, 'Take a file that "Save the recipe" wrote.');
  if (text.length > MAX_RECIPE_LENGTH)
    throw refuse(`it has ${text.length} characters, expected at most ${MAX_RECIPE_LENGTH}`);
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw refuse(`it is no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (!isObject(found) || found.format !== RECIPE_FORMAT || found.version !== 1)
    throw refuse(`expected "format": "${RECIPE_FORMAT}" and "version": 1`);
  const { fileType, tensorTypes, fileBytes, expectedKl } = found;
  if (typeof fileType !== 'string' || !fileTypeByLabel(fileType))
    throw refuse(`"fileType" is ${JSON.stringify(fileType)}, expected the name of a level`);
  if (!isSize(fileBytes) || !Number.isSafeInteger(fileBytes) || !isSize(expectedKl))
    throw refuse('"fileBytes" and "expectedKl" must be a whole number and a number, and not negative');
  if (!Array.isArray(tensorTypes) || tensorTypes.length === 0 || tensorTypes.length > MAX_RECIPE_TENSORS)
    throw refuse(`"tensorTypes" must list 1 to ${MAX_RECIPE_TENSORS} tensors and their types`);
  const types = tensorTypes.map((t: unknown, i) => {
    if (!isObject(t) || typeof t.name !== 'string' || typeof t.type !== 'string')
      throw refuse(`entry ${i} of "tensorTypes" has no name and type`);
    if (!quantFormats.some((f) => f.label === t.type))
      throw refuse(`${t.name} is to be ${t.type}, which is no type of a tensor`);
    return { name: t.name, type: t.type };
  });
  const seen = new Set<string>();
  for (const { name } of types) {
    if (seen.has(name)) throw refuse(`"tensorTypes" has ${JSON.stringify(name)} twice`);
    seen.add(name);
  }
  return { fileType, tensorTypes: types, fileBytes, expectedKl };
}

/** Throws unless the recipe is for this model and can be applied to it. */
export function checkRecipe(
  label: string,
  recipe: Recipe,
  model: ModelFile,
  importance: ImportanceMatrix | undefined,
): void {
  const names = new Set(model.tensors.map((t) => t.name));
  const missing = recipe.tensorTypes.filter((t) => !names.has(t.name));
  if (missing.length > 0)
    throw new FileError(
      `${label}: ${missing.length} of its ${recipe.tensorTypes.length} tensors are not in ${model.label}, "${missing[0]!.name}" for one.`,
      'It was made for another model.',
    );
  const { refusal } = planRecipe(model, recipe, importance);
  if (refusal) throw new NibbleError(`${label}: ${refusal}`);
}
