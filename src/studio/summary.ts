import { elementCount } from '../files/ggml-types';
import { getString } from '../files/gguf/metadata';
import type { ImportanceMatrix } from '../files/imatrix';
import type { ModelFile } from '../files/model-file';
import { longRowsNote, quantizedShapes, type StagedRows } from '../model/long-rows';
import { type Plan, planQuantization } from '../model/plan';
import { checkRunnable } from '../model/runnable';
import type { KvType } from '../model/kv-cache';
import {
  cacheBytes,
  CHUNK_TOKENS,
  contextFor,
  engineSlots,
  FAST,
  type ComputePaths,
  runtimeBytes,
} from '../model/runtime';
import { slabCount, weightBytes } from '../model/weights';
import { fileTypeByLabel, fileTypes } from '../quant/file-types';
import { formatByLabel } from '../quant/registry';
import { assertAllowed } from '../pipeline/export';
import { IN_FLIGHT } from '../infer/pace';
import { READBACK_BYTES } from '../infer/readback';
import { hasChatTemplate } from '../text/chat-template';
import { ModelText } from '../text/model-text';
import {
  type Dimensions,
  type MetadataRow,
  type ModelCard,
  cardOf,
  dimensionsOf,
  metadataRows,
} from './card';
import type { TextSandbox } from '../text/sandbox/sandbox';
import { UnsupportedError } from '../util/errors';
import { displayText } from '../util/utf8';

/** A tensor of the open model. `shape` is in ggml's order: row width first. */
export interface TensorRow {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly sizeBytes: number;
}

/** A model as shown on the page, from its header. */
export interface ModelSummary {
  /** Identifies the model; its results are stored under this key. */
  readonly fingerprint: string;
  readonly label: string;
  readonly name: string;
  readonly container: string;
  readonly architecture: string;
  readonly parameters: number;
  readonly sizeBytes: number;
  readonly layers: number | null;
  readonly contextLength: number | null;
  readonly tokenizer: string;
  readonly hasTokenizer: boolean;
  readonly hasChatTemplate: boolean;
  /** Reason why it cannot generate; null when it can. */
  readonly blocked: string | null;
  readonly sourceTypes: readonly string[];
  /** Level of a quantized checkpoint in words, as "GPTQ 4-bit, group 128"; null for others. */
  readonly quantizedAs: string | null;
  readonly notes: readonly string[];
  readonly tensors: readonly TensorRow[];
  readonly card: ModelCard;
  readonly dimensions: Dimensions;
  readonly metadata: readonly MetadataRow[];
  /** Source of the chat template; null where there is none. */
  readonly chatTemplate: string | null;
}

export const weightCount = (model: ModelFile): number =>
  model.tensors.reduce((n, t) => n + elementCount(t.shape)!, 0);

/** The text of a model, or the reason why it has none. */
export function textOf(model: ModelFile, sandbox: TextSandbox | undefined): ModelText | string {
  try {
    return new ModelText(model.label, model.metadata, sandbox);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function summarize(
  model: ModelFile,
  text: ModelText | string = textOf(model, undefined),
): Omit<ModelSummary, 'fingerprint'> {
  const runnable = checkRunnable(model);
  const hasTokenizer = typeof text !== 'string';
  const tokenizer = hasTokenizer ? text.tokens.summary : text;
  const template = getString(model.metadata, 'tokenizer.chat_template');
  const types = new Map<string, number>();
  for (const t of model.tensors) types.set(t.type.label, (types.get(t.type.label) ?? 0) + t.sizeBytes);
  return {
    label: model.label,
    name: displayText(getString(model.metadata, 'general.name') ?? model.label),
    container: model.container,
    architecture: getString(model.metadata, 'general.architecture') ?? 'unknown',
    parameters: weightCount(model),
    sizeBytes: model.sizeBytes,
    layers: runnable.ok ? runnable.h.layers : null,
    contextLength: runnable.ok ? runnable.h.contextLength : null,
    tokenizer,
    hasTokenizer,
    hasChatTemplate: hasChatTemplate(model.metadata),
    blocked: runnable.ok ? (hasTokenizer ? null : tokenizer) : runnable.reason,
    sourceTypes: [...types].sort((a, b) => b[1] - a[1]).map(([label]) => label),
    quantizedAs: model.quantizedAs ?? null,
    notes: model.notes,
    tensors: model.tensors.map((t) => ({
      name: t.name,
      type: t.type.label,
      shape: t.shape,
      sizeBytes: t.sizeBytes,
    })),
    card: cardOf(model.metadata),
    dimensions: dimensionsOf(model.metadata),
    metadata: metadataRows(model.metadata),
    chatTemplate: template === undefined ? null : displayText(template),
  };
}

/** A row of the plan table. */
export interface PlanRow {
  readonly type: string;
  readonly group: string;
  readonly alias: { readonly name: string; readonly difference: string } | null;
  /** Block structure of the file type's default quantization type. */
  readonly structure: string;
  readonly use: string;
  readonly fileBytes: number;
  readonly bitsPerWeight: number;
  /** Bytes of the weights on the device. */
  readonly weightBytes: number;
  /** Bytes of KV cache, activations and tables at the chosen context length; 0 when the model cannot run. */
  readonly runtimeBytes: number;
  /** Part of `runtimeBytes`: the KV cache, which grows with the context. */
  readonly cacheBytes: number;
  readonly fallbacks: readonly string[];
  /** Notes of the plan: options without effect, tensors that stay wide, rows too long for this device. */
  readonly notes: readonly string[];
  readonly warning: string | null;
  readonly refusal: string | null;
  readonly curedByF16: boolean;
}

/** Context and rules that plans are made with. `context` is in tokens. */
export interface PlanSettings {
  readonly context: number;
  readonly kvType: KvType;
  readonly fallbackToF16: boolean;
  /** Refuse plans where a row width forces another type. */
  readonly strict: boolean;
}

export function planRow(
  model: ModelFile,
  plan: Plan,
  settings: PlanSettings,
  maxBindingBytes: number,
  {
    paths = FAST,
    chunk = CHUNK_TOKENS,
    staged,
  }: { readonly paths?: ComputePaths; readonly chunk?: number; readonly staged?: StagedRows } = {},
): PlanRow {
  const runnable = checkRunnable(model);
  const long = staged && runnable.ok ? longRowsNote(staged, quantizedShapes(plan)) : undefined;
  const shape = runnable.ok
    ? {
        h: runnable.h,
        traits: runnable.architecture.traits,
        vocabulary: runnable.vocabulary,
        context: contextFor(runnable.h, runnable.architecture.traits, settings.context),
        kvType: settings.kvType,
        paths,
        chunk,
        slots: engineSlots(slabCount(plan, maxBindingBytes), plan.tensors.length),
      }
    : undefined;
  return {
    type: plan.fileType.label,
    group: plan.fileType.group,
    alias: plan.fileType.alias ?? null,
    structure: formatByLabel(plan.fileType.type).summary,
    use: plan.fileType.use,
    fileBytes: plan.fileBytes,
    bitsPerWeight: plan.bitsPerWeight,
    weightBytes: weightBytes(plan, maxBindingBytes),
    runtimeBytes: shape ? runtimeBytes(shape) + IN_FLIGHT * READBACK_BYTES : 0,
    cacheBytes: shape ? cacheBytes(shape) : 0,
    fallbacks: plan.fallbacks,
    notes: long ? [...plan.notes, long] : plan.notes,
    warning: plan.warning,
    refusal: plan.refusal,
    curedByF16: plan.curedByF16,
  };
}

export const planAll = (
  model: ModelFile,
  settings: PlanSettings,
  importance: ImportanceMatrix | undefined,
): Plan[] =>
  fileTypes.map((type) =>
    planQuantization(model, type, {
      fallbackToF16: settings.fallbackToF16,
      strict: settings.strict,
      importance,
    }),
  );

/** The plan of a level by name. Throws UnsupportedError for an unknown name, RefusedError when llama-quantize refuses. */
export function allowedPlan(
  model: ModelFile,
  type: string,
  settings: PlanSettings,
  importance: ImportanceMatrix | undefined,
): Plan {
  const fileType = fileTypeByLabel(type);
  if (!fileType) throw new UnsupportedError(`There is no level "${type}".`);
  const { fallbackToF16, strict } = settings;
  const plan = planQuantization(model, fileType, { fallbackToF16, strict, importance });
  assertAllowed(plan);
  return plan;
}
