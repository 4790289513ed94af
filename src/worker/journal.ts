import type { Calls } from './protocol';

/** A call as it is sent. */
export interface CallRecord {
  readonly call: keyof Calls;
  readonly args: readonly unknown[];
}

/** Calls that neither need the open model nor what was set with it. */
const WITHOUT_MODEL: readonly (keyof Calls)[] = [
  'lists',
  'searchHub',
  'lookAtHub',
  'device',
  'open',
  'openHub',
  'close',
  'deleteDownload',
  'isImatrix',
  'dropExport',
];
export const needsModel = (call: keyof Calls): boolean => !WITHOUT_MODEL.includes(call);

/**
 * The calls that bring another engine to where this one is: the model, its importance matrix, recipes and settings. Files
 * are kept as the handles that they are; nothing is read. Prepared levels and a search are not brought back: levels are
 * prepared again when they are used.
 */
export class Journal {
  #model: CallRecord | undefined;
  #imatrix: CallRecord | undefined;
  #recipes: CallRecord[] = [];
  #plan: CallRecord | undefined;
  readonly #mixes = new Map<number, string>();

  get calls(): CallRecord[] {
    const all = [this.#model, this.#imatrix, ...this.#recipes, this.#plan];
    return this.#model ? all.filter((record) => record !== undefined) : [];
  }

  /** Notes a call that was answered. */
  note<K extends keyof Calls>(call: K, args: readonly unknown[], result: unknown): void {
    const record = { call, args };
    switch (call) {
      case 'open':
      case 'openHub':
        this.#model = record;
        this.#setImatrix(undefined);
        return;
      case 'close':
        this.#model = undefined;
        this.#setImatrix(undefined);
        return;
      case 'useImatrix':
        this.#setImatrix(args[0] === null ? undefined : record);
        return;
      case 'collectImatrix': {
        const { file } = result as ReturnType<Calls['collectImatrix']>;
        this.#setImatrix({ call: 'useImatrix', args: [{ path: args[1], file }] });
        return;
      }
      case 'mix': {
        const { budgetBytes, recipeText } = result as ReturnType<Calls['mix']>;
        this.#mixes.set(budgetBytes, recipeText);
        return;
      }
      case 'addMix': {
        const text = this.#mixes.get(args[0] as number);
        if (text !== undefined) this.#recipes.push({ call: 'addRecipe', args: [result, text] });
        return;
      }
      case 'addRecipe':
        this.#recipes.push(record);
        return;
      case 'plan':
        this.#plan = record;
        return;
      default:
    }
  }

  #setImatrix(record: CallRecord | undefined): void {
    this.#imatrix = record;
    this.#recipes = [];
    this.#mixes.clear();
  }
}
