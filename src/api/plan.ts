import type { ImportanceMatrix } from '../files/imatrix';
import type { ModelFile } from '../files/model-file';
import { type OutType, planConversion as planConversionOf } from '../model/convert/plan-conversion';
import { planQuantization, type Plan } from '../model/plan';
import type { QuantizeOptions } from '../model/tensor-choice';
import { planRecipe, type Recipe } from '../evaluate/search';
import { assertAllowed } from '../pipeline/export';
import { fileTypeByLabel, fileTypes } from '../quant/file-types';
import { formatByLabel } from '../quant/registry';
import { UnsupportedError } from '../util/errors';
import { deepFreeze } from '../util/freeze';
import { Handles } from './handle';
import { files, type Model, type TensorInfo } from './model';

/** A level as llama-quantize names it (general.file_type). */
export interface Level {
  /** `Q4_K_M`. */
  readonly name: string;
  /** Number of general.file_type. */
  readonly fileType: number;
  /** ggml type of most of its tensors. */
  readonly type: string;
  /** Block structure of that type in words. */
  readonly structure: string;
  /** Purpose and cost in a sentence. */
  readonly use: string;
}

/** Every level, in the order of a picker: widest first. Frozen. */
export const levels: readonly Level[] = deepFreeze(
  fileTypes.map(({ label, ftype, type, use }) => ({
    name: label,
    fileType: ftype,
    type,
    structure: formatByLabel(type).summary,
    use,
  })),
);

/** A tensor as the planned file will have it. `type` and `sizeBytes` are those after quantizing. */
export interface PlannedTensorInfo extends TensorInfo {
  /** Set where the row width forced another type than the level's rules want. */
  readonly fallback: string | null;
}

export interface PlanHandle {
  readonly plan: Plan;
  readonly file: ModelFile;
}
export const plans = new Handles<LevelPlan, PlanHandle>('plan');

/** A file that has not been made yet: every tensor's type, and the exact size. Made by planLevel or planConversion. */
export class LevelPlan {
  readonly model: Model;
  /** Level or output type. */
  readonly level: string;
  /** In the order of the file. */
  readonly tensors: readonly PlannedTensorInfo[];
  /** Size of the whole GGUF, to the byte. */
  readonly fileBytes: number;
  /** 8 x tensor bytes / weights, as llama-quantize prints it. */
  readonly bitsPerWeight: number;
  /** Sentences about options without effect and tensors that stay wide; frozen. */
  readonly notes: readonly string[];
  /** A caution before any work, such as a source that is quantized already; null when there is none. */
  readonly warning: string | null;

  /** @internal */
  constructor(model: Model, plan: Plan) {
    this.model = model;
    this.level = plan.fileType.label;
    this.fileBytes = plan.fileBytes;
    this.bitsPerWeight = plan.bitsPerWeight;
    this.warning = plan.warning;
    this.notes = deepFreeze([...plan.notes]);
    this.tensors = deepFreeze(
      plan.tensors.map(({ name, shape, type, sizeBytes, fallback = null }) => ({
        name,
        shape: [...shape],
        type: type.label,
        sizeBytes,
        fallback,
      })),
    );
    plans.keep(this, { plan, file: files.get(model) });
    Object.freeze(this);
  }
}

/**
 * Plans a level: no weight is read. Types, order and metadata are llama-quantize's.
 *
 * @param level - Name of a level (`Q4_K_M`), or a recipe with a type for each tensor, which `findRecipe` makes.
 * @param options - llama-quantize's options; of a recipe only `importance` counts.
 * @throws UnsupportedError for an unknown level; RefusedError where llama-quantize refuses, with its reason.
 */
export function planLevel(model: Model, level: string | Recipe, options: QuantizeOptions = {}): LevelPlan {
  const file = files.get(model);
  if (typeof level !== 'string') return allowed(model, planRecipe(file, level, options.importance));
  const fileType = fileTypeByLabel(level);
  if (!fileType)
    throw new UnsupportedError(
      `There is no level "${level}".`,
      `Known: ${levels.map((l) => l.name).join(', ')}.`,
    );
  return allowed(model, planQuantization(file, fileType, options));
}

/**
 * Plans the file that convert_hf_to_gguf.py makes of a checkpoint with `--outtype`. No weight is read.
 *
 * @param model - A Hugging Face folder.
 * @throws UnsupportedError for a GGUF; RefusedError.
 */
export const planConversion = (model: Model, outType: OutType): LevelPlan =>
  allowed(model, planConversionOf(files.get(model), outType));

function allowed(model: Model, plan: Plan): LevelPlan {
  assertAllowed(plan);
  return new LevelPlan(model, plan);
}

export type { ImportanceMatrix, OutType, Recipe };
