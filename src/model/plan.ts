import { type GgmlType, elementCount, ggmlTypeByLabel, tensorBytes } from '../files/ggml-types';
import { getNumber, getString, type Metadata, type MetaValue, u32Value } from '../files/gguf/metadata';
import { ggufDataBytes, ggufHeader, type TensorOut } from '../files/gguf/write';
import type { ModelFile, TensorSource } from '../files/model-file';
import type { FileType } from '../quant/file-types';
import { quantFormats } from '../quant/registry';
import {
  allowsQuantization,
  FALLBACK,
  needsImportance,
  type Position,
  type RuleContext,
  wantedType,
} from '../quant/tensor-rules';

export interface PlannedTensor extends TensorOut {
  readonly source: TensorSource;
  /** Set when the row width forced another type than the rules want. */
  readonly fallback?: string;
  /** Importance of its columns, where the plan was made with a matrix and the type uses it. */
  readonly importance?: Float32Array<ArrayBuffer>;
}

export interface Plan {
  readonly fileType: FileType;
  /** In the order of the output file. */
  readonly tensors: readonly PlannedTensor[];
  readonly metadata: Metadata;
  readonly headerBytes: number;
  readonly fileBytes: number;
  /** 8 x tensor bytes / weights, as llama-quantize prints it. */
  readonly bitsPerWeight: number;
  readonly fallbacks: readonly string[];
  /** Requantizing already quantized tensors, which llama-quantize does only with --allow-requantize. */
  readonly requantized: readonly string[];
  /** Why llama-quantize would refuse; null when it would not. */
  readonly refusal: string | null;
  /** Whether the refusal goes away when rows that fit no block may stay F16. */
  readonly curedByF16: boolean;
}

export interface PlanOptions {
  /** Rows that fit no block become F16 instead of a refusal. Only on the person's word. */
  readonly fallbackToF16?: boolean;
  /** Every tensor in the level's own type, as llama-quantize --pure. */
  readonly pure?: boolean;
}

/** Layer tensors after the others, layers by number, then names by code point: the order of llama-quantize's files. */
export function compareTensorNames(a: string, b: string): number {
  const layer = (name: string) => Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1);
  return layer(a) - layer(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** general.quantization_version and general.file_type move to the end, as gguf_set_val does. */
function outputMetadata(metadata: Metadata, fileType: FileType): Metadata {
  const out = new Map<string, MetaValue>(metadata);
  for (const key of [
    'split.no',
    'split.count',
    'split.tensors.count',
    'general.quantization_version',
    'general.file_type',
  ])
    out.delete(key);
  out.set('general.quantization_version', u32Value(2));
  out.set('general.file_type', u32Value(fileType.ftype));
  return out;
}

const isEncodable = (type: GgmlType): boolean => quantFormats.some((f) => f.ggmlType === type.id);
const FULL_PRECISION = ['F32', 'F16', 'BF16'];

interface Choice {
  readonly type: GgmlType;
  readonly fallback?: string;
  /** A row width that llama-quantize refuses. */
  readonly misfit?: string;
}

function chooseType(tensor: TensorSource, wantedLabel: string, options: PlanOptions): Choice {
  const wanted = ggmlTypeByLabel(wantedLabel);
  const width = tensor.shape[0] ?? 0;
  if (width % wanted.blockSize === 0) return { type: wanted };
  const misfit = `rows of ${width} weights are no multiple of ${wanted.blockSize} (${wanted.label})`;
  const next = FALLBACK[wanted.label];
  if (next !== undefined) {
    const type = ggmlTypeByLabel(width % ggmlTypeByLabel(next).blockSize === 0 ? next : 'F16');
    return { type, fallback: `${misfit}: ${type.label}` };
  }
  const choice = { type: ggmlTypeByLabel('F16'), fallback: `${misfit}: F16` };
  if (options.fallbackToF16) return choice;
  return {
    ...choice,
    misfit: `${tensor.name}: ${misfit}, and llama-quantize defines no fallback for ${wanted.label}.`,
  };
}

function ruleContext(model: ModelFile): RuleContext {
  const architecture = getString(model.metadata, 'general.architecture') ?? '';
  const number = (key: string) => getNumber(model.metadata, `${architecture}.${key}`);
  const heads = number('attention.head_count') ?? 1;
  return {
    architecture,
    hasOutput: model.tensors.some((t) => t.name === 'output.weight'),
    layers: number('block_count') ?? 1,
    experts: number('expert_count') ?? 1,
    heads,
    kvHeads: number('attention.head_count_kv') ?? heads,
    attentionValues: model.tensors.filter((t) => /attn_(v|qkv|kv_b)\.weight$/.test(t.name)).length,
  };
}

/** Counts a tensor's kind as it goes by, as the rules do. */
class Positions {
  #values = 0;
  #downs = 0;
  readonly #experts: number;
  constructor(experts: number) {
    this.#experts = experts;
  }
  next(name: string): Position {
    const layer = Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? 0);
    const at = { attentionValue: this.#values, ffnDown: this.#experts > 1 ? layer : this.#downs };
    if (name.includes('attn_v.weight')) this.#values++;
    else if (name.includes('ffn_down')) this.#downs++;
    return at;
  }
}

/** What quantizing to a level will make: every tensor's type and the exact size of the file, before any work. */
export function planQuantization(model: ModelFile, fileType: FileType, options: PlanOptions = {}): Plan {
  const context = ruleContext(model);
  const positions = new Positions(context.experts);
  const misfits: string[] = [];
  const refusals: string[] = [];
  const requantized: string[] = [];
  const choose = (source: TensorSource): Choice => {
    if (!allowsQuantization(source.name, source.shape)) return { type: source.type };
    const at = positions.next(source.name);
    const { label, type } = fileType;
    const wanted = options.pure ? type : wantedType(source.name, source.shape, label, type, context, at);
    const choice = chooseType(source, wanted, options);
    if (needsImportance(label, source.name, choice.type.label))
      refusals.push(`${source.name}: ${label} requires an importance matrix for ${choice.type.label}.`);
    return choice;
  };
  const tensors = [...model.tensors]
    .sort((a, b) => compareTensorNames(a.name, b.name))
    .map((source): PlannedTensor => {
      const choice = choose(source);
      if (choice.misfit) misfits.push(choice.misfit);
      const changed = choice.type.id !== source.type.id;
      if (changed && !isEncodable(source.type))
        refusals.push(`${source.name} is ${source.type.label}, which cannot be read for quantizing yet.`);
      if (changed && !FULL_PRECISION.includes(source.type.label)) requantized.push(source.name);
      return {
        name: source.name,
        shape: source.shape,
        type: choice.type,
        sizeBytes: tensorBytes(choice.type, source.shape)!,
        source,
        ...(choice.fallback ? { fallback: choice.fallback } : {}),
      };
    });
  const metadata = outputMetadata(model.metadata, fileType);
  const headerBytes = ggufHeader(metadata, tensors).length;
  const weights = tensors.reduce((n, t) => n + elementCount(t.shape)!, 0);
  return {
    fileType,
    tensors,
    metadata,
    headerBytes,
    fileBytes: headerBytes + ggufDataBytes(tensors),
    bitsPerWeight: (8 * tensors.reduce((n, t) => n + t.sizeBytes, 0)) / weights,
    fallbacks: tensors.filter((t) => t.fallback).map((t) => `${t.name}: ${t.fallback}`),
    requantized,
    refusal: refusals[0] ?? misfits[0] ?? null,
    curedByF16: refusals.length === 0 && misfits.length > 0,
  };
}
