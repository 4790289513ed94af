import { type GgmlType, elementCount, ggmlTypeByLabel, tensorBytes } from '../files/ggml-types';
import { getString, type Metadata, type MetaValue, u32Value } from '../files/gguf/metadata';
import { ggufDataBytes, ggufHeader, type TensorOut } from '../files/gguf/write';
import type { ModelFile, TensorSource } from '../files/model-file';
import type { FileType } from '../quant/file-types';
import { quantFormats } from '../quant/registry';
import { allowsQuantization, FALLBACK, wantedType } from '../quant/tensor-rules';

export interface PlannedTensor extends TensorOut {
  readonly source: TensorSource;
  /** Set when the row width forced another type than the rules want. */
  readonly fallback?: string;
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
}

export interface PlanOptions {
  /** Rows that fit no block become F16 instead of a refusal. Only on the person's word. */
  readonly fallbackToF16?: boolean;
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
  readonly refusal?: string;
}

function chooseType(
  tensor: TensorSource,
  base: string,
  context: Parameters<typeof wantedType>[3],
  options: PlanOptions,
): Choice {
  if (!allowsQuantization(tensor.name, tensor.shape)) return { type: tensor.type };
  const wanted = ggmlTypeByLabel(wantedType(tensor.name, tensor.shape, base, context));
  const width = tensor.shape[0] ?? 0;
  if (width % wanted.blockSize === 0) return { type: wanted };
  const misfit = `rows of ${width} weights are no multiple of ${wanted.blockSize} (${wanted.label})`;
  const next = FALLBACK[wanted.label];
  if (next !== undefined && width % ggmlTypeByLabel(next).blockSize === 0)
    return { type: ggmlTypeByLabel(next), fallback: `${misfit}: ${next}` };
  if (options.fallbackToF16) return { type: ggmlTypeByLabel('F16'), fallback: `${misfit}: F16` };
  return {
    type: ggmlTypeByLabel('F16'),
    fallback: `${misfit}: F16`,
    refusal: `${tensor.name}: ${misfit}, and llama-quantize defines no fallback for ${wanted.label}.`,
  };
}

/** What quantizing to a level will make: every tensor's type and the exact size of the file, before any work. */
export function planQuantization(model: ModelFile, fileType: FileType, options: PlanOptions = {}): Plan {
  const context = {
    architecture: getString(model.metadata, 'general.architecture') ?? '',
    hasOutput: model.tensors.some((t) => t.name === 'output.weight'),
  };
  const refusals: string[] = [];
  const requantized: string[] = [];
  const tensors = [...model.tensors]
    .sort((a, b) => compareTensorNames(a.name, b.name))
    .map((source): PlannedTensor => {
      const choice = chooseType(source, fileType.type, context, options);
      if (choice.refusal) refusals.push(choice.refusal);
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
    refusal: refusals[0] ?? null,
  };
}
