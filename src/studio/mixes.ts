import type { ImportanceMatrix } from '../files/imatrix';
import type { ModelFile } from '../files/model-file';
import type { Plan } from '../model/plan';
import { NibbleError } from '../util/errors';
import { checkRecipe, parseRecipe, recipeText } from '../evaluate/recipe';
import { planRecipe, quantizeCommand, type Recipe, recipeFor, type Sensitivities } from '../evaluate/search';

/** Summary of a search for the page. */
export interface SearchSummary {
  readonly base: string;
  /** Smallest and largest possible file. */
  readonly minBytes: number;
  readonly maxBytes: number;
  /** KL divergence, in nats, when only this tensor has the probe's type. */
  readonly probed: readonly { readonly name: string; readonly type: string; readonly kl: number }[];
}

/** A mix before it is added as a level. */
export interface MixSummary extends Recipe {
  /** The requested maximum file size. */
  readonly budgetBytes: number;
  /** Tensors per type, largest count first. */
  readonly counts: readonly { readonly type: string; readonly tensors: number }[];
  readonly command: string;
  /** The file that a saved recipe is. */
  readonly recipeText: string;
}

/** Searched mixes of the open model, by level name. */
export class Mixes {
  readonly #source: () => readonly [ModelFile, ImportanceMatrix | undefined];
  #found: Sensitivities | undefined;
  readonly #recipes = new Map<string, Recipe>();

  constructor(source: () => readonly [ModelFile, ImportanceMatrix | undefined]) {
    this.#source = source;
  }

  /** Drops search results and recipes, which depend on the model and the importance matrix. */
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
      minBytes: sum((sizes) => Math.min(...sizes)),
      maxBytes: sum((sizes) => Math.max(...sizes)),
      probed: found.probed,
    };
  }

  /** The mix of at most `budgetBytes`. Throws NibbleError before a search. */
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

  /** Adds the mix as a level; returns the level's name. */
  add(budgetBytes: number): string {
    return this.#keep(this.at(budgetBytes));
  }

  /** Adds a saved recipe as a level; returns the level's name. Throws when it is for another model. */
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
    // A different mix of the same label keeps it, since its weights may be on the device; this one gets a suffix.
    let label = size;
    for (let n = 2; this.#recipes.has(label) && !isSame(this.#recipes.get(label)); n++)
      label = `${size}-${n}`;
    this.#recipes.set(label, recipe);
    return label;
  }

  /** The file of a mix that was added; null for another level. */
  recipeText(label: string): string | null {
    const recipe = this.#recipes.get(label);
    return recipe ? recipeText(recipe) : null;
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
