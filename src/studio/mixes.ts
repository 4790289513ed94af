import type { ImportanceMatrix } from '../files/imatrix';
import type { ModelFile } from '../files/model-file';
import type { Plan } from '../model/plan';
import { NibbleError } from '../util/errors';
import { checkRecipe, parseRecipe, recipeText } from '../evaluate/recipe';
import { planRecipe, quantizeCommand, type Recipe, recipeFor, type Sensitivities } from '../evaluate/search';

/** What a search found, as the page shows it. */
export interface SearchSummary {
  readonly base: string;
  /** Smallest and largest file that it can choose. */
  readonly leastBytes: number;
  readonly maxBytes: number;
  readonly probed: Sensitivities['probed'];
}

/** A mix before it is made. */
export interface MixSummary extends Recipe {
  /** What was asked for, which the file stays at or below. */
  readonly budgetBytes: number;
  /** Tensors of each type, most first. */
  readonly counts: readonly { readonly type: string; readonly tensors: number }[];
  readonly command: string;
  /** The file that a saved recipe is. */
  readonly recipeText: string;
}

/** Mixes that were searched for the open model, by the names of their levels. */
export class Mixes {
  readonly #source: () => readonly [ModelFile, ImportanceMatrix | undefined];
  #found: Sensitivities | undefined;
  readonly #recipes = new Map<string, Recipe>();

  constructor(source: () => readonly [ModelFile, ImportanceMatrix | undefined]) {
    this.#source = source;
  }

  /** Another model, or another matrix: nothing found before holds. */
  clear(): void {
    this.#found = undefined;
    this.#recipes.clear();
  }

  take(found: Sensitivities): SearchSummary {
    this.#found = found;
    const sum = (pick: (sizes: number[]) => number) =>
      found.tensors.reduce((n, t) => n + pick(t.options.map((o) => o.sizeBytes)), found.fixedBytes);
    return {
      base: found.base,
      leastBytes: sum((sizes) => Math.min(...sizes)),
      maxBytes: sum((sizes) => Math.max(...sizes)),
      probed: found.probed,
    };
  }

  /** The mix of at most so many bytes. */
  at(budgetBytes: number): MixSummary {
    if (!this.#found)
      throw new NibbleError('What each tensor is worth is not known yet.', 'Measure it first.');
    const [model, importance] = this.#source();
    const recipe = recipeFor(model, this.#found, budgetBytes, importance);
    const counts = new Map<string, number>();
    for (const { type } of recipe.tensorTypes) counts.set(type, (counts.get(type) ?? 0) + 1);
    return {
      ...recipe,
      budgetBytes,
      counts: [...counts]
        .map(([type, tensors]) => ({ type, tensors }))
        .sort((a, b) => b.tensors - a.tensors || (a.type < b.type ? -1 : 1)),
      command: quantizeCommand(recipe, importance?.label),
      recipeText: recipeText(recipe),
    };
  }

  /** Makes a level of the mix; gives its name. */
  add(budgetBytes: number): string {
    return this.#keep(this.at(budgetBytes));
  }

  /** Makes a level of a recipe that was saved; gives its name. Throws when it is none for this model. */
  addRecipe(label: string, text: string): string {
    const recipe = parseRecipe(label, text);
    const [model, importance] = this.#source();
    checkRecipe(label, recipe, model, importance);
    const { fileBytes } = planRecipe(model, recipe, importance);
    return this.#keep({ ...recipe, fileBytes });
  }

  #keep(recipe: Recipe): string {
    const size = `mix-${(recipe.fileBytes / 1e6).toFixed(recipe.fileBytes < 1e8 ? 2 : 0)}M`;
    const isSame = (other: Recipe | undefined) =>
      JSON.stringify(other?.tensorTypes) === JSON.stringify(recipe.tensorTypes);
    // Another mix of about that size keeps its name: its weights may be on the device.
    let label = size;
    for (let n = 2; this.#recipes.has(label) && !isSame(this.#recipes.get(label)); n++)
      label = `${size}-${n}`;
    this.#recipes.set(label, recipe);
    return label;
  }

  plan(label: string): Plan | undefined {
    const recipe = this.#recipes.get(label);
    if (!recipe) return undefined;
    const [model, importance] = this.#source();
    const plan = planRecipe(model, recipe, importance);
    const use = `Types chosen tensor by tensor; expected mean KL ${recipe.expectedKl.toPrecision(2)}.`;
    return { ...plan, fileType: { ...plan.fileType, label, group: 'Searched', use } };
  }
  get plans(): Plan[] {
    return [...this.#recipes.keys()].map((label) => this.plan(label)!);
  }
}
