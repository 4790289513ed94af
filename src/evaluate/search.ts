import type { ImportanceMatrix } from '../files/imatrix';
import { alignmentOf } from '../files/gguf/metadata';
import type { ModelFile } from '../files/model-file';
import type { Gpu } from '../gpu/gpu';
import { chooseTypes, type TensorOptions } from '../model/choose-types';
import { exactPattern } from '../model/pattern/pattern';
import { type Plan, planQuantization } from '../model/plan';
import { isFullWidth } from '../model/tensor-choice';
import { type FileType, fileTypeByLabel, fileTypes } from '../quant/file-types';
import { alignUp } from '../util/bytes';
import { NibbleError, throwIfCancelled } from '../util/errors';
import { shellPath, shellWord } from '../util/shell';
import { BaseRows } from './base-rows';
import type { EvaluateOptions } from './evaluate';
import { type Prepared, prepareLevel } from '../pipeline/prepared';
import type { RunProgress, Work } from '../util/work';

/** File types that supply the candidate types of a tensor; those that need an importance matrix only with one. */
const LADDER = ['Q2_K', 'Q3_K_S', 'IQ4_XS', 'Q4_K_S', 'Q5_K_S', 'Q6_K', 'Q8_0'];
const LADDER_WITH_MATRIX = ['IQ2_XXS', 'IQ2_XS', 'IQ3_XXS', 'IQ3_S', ...LADDER];
/**
 * Coarse enough for a measurable effect in a single tensor, fine enough that KL divergence grows with the squared
 * error.
 */
const PROBE = 'Q3_K_S';

/** Result of a search over a model; recipes of any size are computed from it. */
export interface Sensitivities {
  readonly base: string;
  readonly tensors: readonly TensorOptions[];
  /** Bytes of the header and of tensors that no candidate type changes. */
  readonly fixedBytes: number;
  /** KL divergence, in nats, when only this tensor has the probe's type. */
  readonly probed: readonly { readonly name: string; readonly type: string; readonly kl: number }[];
}

/** A type for each tensor. */
export interface Recipe {
  /** File type for general.file_type: the fixed mix nearest in size. */
  readonly fileType: string;
  readonly tensorTypes: readonly { readonly name: string; readonly type: string }[];
  readonly fileBytes: number;
  /** Predicted mean KL divergence from the base, in nats. */
  readonly expectedKl: number;
}

/** `step` says in words what is measured. */
export interface SearchProgress extends RunProgress {
  readonly step: string;
}

/**
 * Measures the sensitivity of each tensor: the KL divergence with this tensor alone in the probe's type. The cost of a
 * type is that divergence, scaled by the tensor's squared error in the type over its squared error in the probe's;
 * costs are assumed to add up over tensors. Releases everything on the device at the end.
 */
export async function measureSensitivities(
  gpu: Gpu,
  model: ModelFile,
  ids: readonly number[],
  settings: EvaluateOptions & { readonly base: string; readonly importance?: ImportanceMatrix | undefined },
  { signal, progress }: Work<SearchProgress> = {},
): Promise<Sensitivities> {
  const { importance } = settings;
  const inFile = (sizeBytes: number) => alignUp(sizeBytes, alignmentOf(model.metadata));
  const planOf = (label: string, pure: boolean) =>
    planQuantization(model, fileTypeByLabel(label)!, { pure, importance });
  const labels = importance ? LADDER_WITH_MATRIX : LADDER;
  const plans = labels.map((label) => planOf(label, true)).filter((plan) => plan.refusal === null);
  // Tensors that stay F32 in every candidate are not searched.
  const basePlan = planOf(settings.base, false);
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
    rows = await BaseRows.create(gpu, base, ids, settings, { signal });
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
    return { base: settings.base, tensors, fixedBytes, probed };
  } finally {
    rows?.dispose();
    for (const level of levels) level.dispose();
  }
}

/** The recipe for a file of at most `budgetBytes`. Throws NibbleError when the smallest types are larger. */
export function recipeFor(
  model: ModelFile,
  found: Sensitivities,
  budgetBytes: number,
  importance?: ImportanceMatrix,
): Recipe {
  const chosen = chooseTypes(found.tensors, budgetBytes - found.fixedBytes);
  if (!chosen) {
    const minBytes = found.tensors.reduce((n, t) => n + Math.min(...t.options.map((o) => o.sizeBytes)), 0);
    throw new NibbleError(
      `No choice of types makes a file of ${budgetBytes} bytes; the smallest has ${minBytes + found.fixedBytes}.`,
      'Ask for a larger file.',
    );
  }
  // A level of full width takes no types for tensors.
  const sizes = fileTypes
    .filter((fileType) => !isFullWidth(fileType.type))
    .map((fileType) => ({
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

/** The quantization plan of a recipe. */
export function planRecipe(
  model: ModelFile,
  recipe: Pick<Recipe, 'fileType' | 'tensorTypes'>,
  importance?: ImportanceMatrix,
): Plan {
  const named: FileType = fileTypeByLabel(recipe.fileType)!;
  // Recipes of earlier versions may name a level of full width, which takes no types for tensors.
  const fileType = isFullWidth(named.type) ? fileTypeByLabel('Q8_0')! : named;
  const tensorTypes = recipe.tensorTypes.map(({ name, type }) => ({
    pattern: { test: (tensor: string) => tensor === name },
    type,
    source: `${name}=${type}`,
  }));
  return planQuantization(model, fileType, { tensorTypes, importance });
}

/** The llama-quantize command of a recipe, for a POSIX shell. */
export function quantizeCommand(recipe: Recipe, imatrix?: string): string {
  const types = recipe.tensorTypes.map(
    ({ name, type }) => `--tensor-type ${shellWord(`${exactPattern(name)}=${type.toLowerCase()}`)}`,
  );
  const matrix = imatrix === undefined ? [] : [`--imatrix ${shellPath(imatrix)}`];
  return ['llama-quantize', ...matrix, ...types, 'IN.gguf OUT.gguf', recipe.fileType].join(' \\\n  ');
}
