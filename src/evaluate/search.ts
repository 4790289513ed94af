import type { ImportanceMatrix } from '../files/imatrix';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import { chooseTypes, type TensorOptions } from '../model/choose-types';
import { type Plan, planQuantization } from '../model/plan';
import { type FileType, fileTypeByLabel, fileTypes } from '../quant/file-types';
import { alignUp } from '../util/bytes';
import { NibbleError, throwIfCancelled } from '../util/errors';
import { BaseRows } from './base-rows';
import type { EvaluateOptions } from './evaluate';
import { type Prepared, prepareLevel } from '../pipeline/prepared';
import type { RunProgress, Work } from '../util/work';

/** File types whose own type, everywhere, is what a tensor may get; those that want a matrix come with one. */
const LADDER = ['Q2_K', 'Q3_K_S', 'IQ4_XS', 'Q4_K_S', 'Q5_K_S', 'Q6_K', 'Q8_0'];
const LADDER_WITH_MATRIX = ['IQ2_XXS', 'IQ2_XS', 'IQ3_XXS', 'IQ3_S', ...LADDER];
/** Coarse enough to be felt in a single tensor, fine enough for what it does to grow as the squared error. */
const PROBE = 'Q3_K_S';

/** What the search found out about a model; a choice for any size follows from it without more work. */
export interface Sensitivities {
  readonly base: string;
  readonly tensors: readonly TensorOptions[];
  /** Bytes of the file that are no choice: header and tensors that every level leaves as they are. */
  readonly fixedBytes: number;
  /** Divergence that each tensor adds when it alone is in the probe's type. */
  readonly probed: readonly { readonly name: string; readonly type: string; readonly kl: number }[];
}

/** A type for each tensor, and how to say so to llama-quantize. */
export interface Recipe {
  /** Level whose general.file_type the file carries: the fixed mix nearest in size. */
  readonly fileType: string;
  readonly tensorTypes: readonly { readonly name: string; readonly type: string }[];
  readonly fileBytes: number;
  /** What the search expects: mean KL against the base. */
  readonly expectedKl: number;
}

/** `step` says in words what is measured. */
export interface SearchProgress extends RunProgress {
  readonly step: string;
}

const inFile = (sizeBytes: number): number => alignUp(sizeBytes, 32);

/**
 * Measures how much each tensor matters: alone in the probe's type, everything else in the base's. A type's cost is that
 * divergence times the tensor's squared error in the type over its squared error in the probe's; divergence grows as the
 * square of what is added to the weights, and what tensors add is taken to add up. Ends with nothing left on the device.
 */
export async function measureSensitivities(
  gpu: Gpu,
  model: ModelFile,
  ids: readonly number[],
  how: EvaluateOptions & { readonly base: string; readonly importance?: ImportanceMatrix | undefined },
  { signal, progress }: Work<SearchProgress> = {},
): Promise<Sensitivities> {
  const { importance } = how;
  const planOf = (label: string, pure: boolean) =>
    planQuantization(model, fileTypeByLabel(label)!, { pure, importance });
  const labels = importance ? LADDER_WITH_MATRIX : LADDER;
  const plans = labels.map((label) => planOf(label, true)).filter((plan) => plan.refusal === null);
  // Tensors that no level of the ladder quantizes are no choice.
  const basePlan = planOf(how.base, false);
  const isChoice = (name: string) =>
    plans.some((p) => p.tensors.find((t) => t.name === name)!.type.label !== 'F32');
  const names = basePlan.tensors.map((t) => t.name).filter(isChoice);
  const levels: Prepared[] = [];
  let rows: BaseRows | undefined;
  try {
    const errors = new Map<string, Map<string, number>>(names.map((name) => [name, new Map()]));
    let probe: Prepared | undefined;
    for (const [i, plan] of plans.entries()) {
      progress?.({ step: `errors of ${plan.fileType.label}`, done: i, total: plans.length });
      const level = await prepareLevel(gpu, model, plan, { signal });
      levels.push(level);
      for (const e of level.errors) errors.get(e.name)?.set(e.type, e.squaredError);
      if (plan.fileType.label === PROBE) probe = level;
      else level.dispose();
    }
    if (!probe) throw new NibbleError(`This model cannot be made in ${PROBE}, which the search probes with.`);
    const base = await prepareLevel(gpu, model, basePlan, { signal });
    levels.push(base);
    rows = await BaseRows.create(gpu, base, ids, how, { signal });
    const probed = [];
    for (const [i, name] of names.entries()) {
      throwIfCancelled(signal);
      progress?.({ step: `divergence by ${name}`, done: i, total: names.length });
      const probeTensor = probe.tensors.get(name)!;
      const mixed = { ...base, tensors: new Map(base.tensors).set(name, probeTensor) };
      const { kl } = await rows.compare(mixed, { signal });
      probed.push({ name, type: probeTensor.format.label, kl: Math.max(0, kl.mean) });
    }
    const tensors = probed.map(({ name, type, kl }): TensorOptions => {
      const own = errors.get(name)!;
      const each = kl / Math.max(own.get(type)!, Number.MIN_VALUE);
      const options = new Map<string, TensorOptions['options'][number]>();
      for (const plan of plans) {
        const planned = plan.tensors.find((t) => t.name === name)!;
        const label = planned.type.label;
        const cost = each * (own.get(label) ?? 0);
        options.set(label, { type: label, sizeBytes: inFile(planned.sizeBytes), cost });
      }
      return { name, options: [...options.values()] };
    });
    const fixed = basePlan.tensors.filter((t) => !isChoice(t.name));
    const fixedBytes = basePlan.headerBytes + fixed.reduce((n, t) => n + inFile(t.sizeBytes), 0);
    return { base: how.base, tensors, fixedBytes, probed };
  } finally {
    rows?.dispose();
    for (const level of levels) level.dispose();
  }
}

/** The recipe for a file of at most so many bytes. Throws when even the smallest types are larger. */
export function recipeFor(
  model: ModelFile,
  found: Sensitivities,
  budgetBytes: number,
  importance?: ImportanceMatrix,
): Recipe {
  const chosen = chooseTypes(found.tensors, budgetBytes - found.fixedBytes);
  if (!chosen) {
    const least = found.tensors.reduce((n, t) => n + Math.min(...t.options.map((o) => o.sizeBytes)), 0);
    throw new NibbleError(
      `No choice of types makes a file of ${budgetBytes} bytes; the smallest has ${least + found.fixedBytes}.`,
      'Ask for a larger file.',
    );
  }
  const sizes = fileTypes.map((fileType) => ({
    fileType,
    distance: Math.abs(planQuantization(model, fileType, { importance }).fileBytes - budgetBytes),
  }));
  const nearest = sizes.reduce((a, b) => (b.distance < a.distance ? b : a)).fileType;
  const plan = planRecipe(model, { fileType: nearest.label, tensorTypes: chosen.types }, importance);
  return {
    fileType: nearest.label,
    tensorTypes: chosen.types,
    fileBytes: plan.fileBytes,
    expectedKl: chosen.cost,
  };
}

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What a recipe makes of a model. */
export function planRecipe(
  model: ModelFile,
  recipe: Pick<Recipe, 'fileType' | 'tensorTypes'>,
  importance?: ImportanceMatrix,
): Plan {
  const fileType: FileType = fileTypeByLabel(recipe.fileType)!;
  const tensorTypes = recipe.tensorTypes.map(({ name, type }) => ({
    pattern: new RegExp(`^${escaped(name)}$`),
    type,
  }));
  return planQuantization(model, fileType, { tensorTypes, importance });
}

/** The same, said to llama-quantize. */
export function quantizeCommand(recipe: Recipe, imatrix?: string): string {
  const types = recipe.tensorTypes.map(
    ({ name, type }) => `--tensor-type '^${escaped(name)}$=${type.toLowerCase()}'`,
  );
  const matrix = imatrix ? [`--imatrix ${imatrix}`] : [];
  return ['llama-quantize', ...matrix, ...types, 'IN.gguf OUT.gguf', recipe.fileType].join(' \\\n  ');
}
