import { type GgmlType, elementCount, ggmlShape, tensorBytes } from '../files/ggml-types';
import { type Metadata, type MetaValue, stringValue, u32Value } from '../files/gguf/metadata';
import { ggufDataBytes, ggufHeaderBytes, type TensorOut } from '../files/gguf/write';
import type { ImportanceMatrix } from '../files/imatrix';
import type { ModelFile, TensorSource } from '../files/model-file';
import type { FileType } from '../quant/file-types';
import { quantFormats } from '../quant/registry';
import { compareBytes, firstBytes } from '../util/utf8';
import { planNotes } from './plan-notes';
import { isFullWidth, type QuantizeOptions, TensorChooser } from './tensor-choice';

export interface PlannedTensor extends TensorOut {
  readonly source: TensorSource;
  /** Set if the row width forced another type. */
  readonly fallback?: string;
  /** Importance of the columns, if the plan has an importance matrix and the type uses it. */
  readonly importance?: Float32Array<ArrayBuffer>;
}

export interface Plan {
  readonly fileType: FileType;
  /** Tensors in the order of the output file. */
  readonly tensors: readonly PlannedTensor[];
  readonly metadata: Metadata;
  readonly headerBytes: number;
  readonly fileBytes: number;
  /** 8 x tensor bytes / weights, as llama-quantize prints it. */
  readonly bitsPerWeight: number;
  readonly fallbacks: readonly string[];
  /** Notes about options without effect and tensors that stay wide, a sentence each. */
  readonly notes: readonly string[];
  /** Warning about tensors that are already quantized. */
  readonly warning: string | null;
  /** Reason for which llama-quantize would refuse; null if it would not. */
  readonly refusal: string | null;
  /** True if allowing F16 for rows that fit no block removes the refusal. */
  readonly curedByF16: boolean;
}

/** Order of llama-quantize's files: tensors outside layers first, layers by number, then names by their bytes. */
export function compareTensorNames(a: string, b: string): number {
  const layer = (name: string) => Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? -1);
  return layer(a) - layer(b) || compareBytes(a, b);
}

/** A string as llama-quantize passes it on: to the first NUL, and 127 bytes, which may cut a character. */
const overrideText = (text: string): string => firstBytes(text.split('\0', 1)[0]!, 127);

/** Metadata of the output file. Keys that are set move to the end, as with gguf_set_val. */
function outputMetadata(metadata: Metadata, fileType: FileType, importance?: ImportanceMatrix): Metadata {
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
  if (importance) {
    const set = (key: string, value: MetaValue) => {
      out.delete(key);
      out.set(key, value);
    };
    set('quantize.imatrix.file', stringValue(overrideText(importance.label)));
    if (importance.datasets[0] !== undefined)
      set('quantize.imatrix.dataset', stringValue(overrideText(importance.datasets[0])));
    set('quantize.imatrix.entries_count', u32Value(importance.entries.size));
    if (importance.chunks > 0) set('quantize.imatrix.chunks_count', u32Value(importance.chunks));
  }
  return out;
}

const isEncodable = (type: GgmlType): boolean => quantFormats.some((f) => f.ggmlType === type.id);

/** llama-quantize requires --allow-requantize here. */
const requantizeWarning = (types: readonly string[]): string =>
  `The model is quantized already (${types.join(', ')}). Quantizing it again adds a second rounding error to the first: hardly to be seen from Q8_0, severe from 4 bits and below. Start from the 16-bit model if you can.`;

/** Sizes, bits per weight and fallbacks of a plan. */
export function fileOf(fileType: FileType, metadata: Metadata, tensors: readonly PlannedTensor[]) {
  const headerBytes = ggufHeaderBytes(metadata, tensors);
  const weights = tensors.reduce((n, t) => n + elementCount(t.shape)!, 0);
  return {
    fileType,
    tensors,
    metadata,
    headerBytes,
    fileBytes: headerBytes + ggufDataBytes(metadata, tensors),
    bitsPerWeight: (8 * tensors.reduce((n, t) => n + t.sizeBytes, 0)) / weights,
    fallbacks: tensors.filter((t) => t.fallback).map((t) => `${t.name}: ${t.fallback}`),
    notes: [] as readonly string[],
  };
}

/**
 * Plans the quantization to a level: the type of every tensor and the exact size of the file. Shapes are ggml's, as in a
 * GGUF that was read.
 */
export function planQuantization(model: ModelFile, fileType: FileType, options: QuantizeOptions = {}): Plan {
  const chooser = new TensorChooser(model, fileType, options);
  const misfits: string[] = [];
  const refusals: string[] = [];
  const requantized = new Set<string>();
  const tensors = [...model.tensors]
    .sort((a, b) => compareTensorNames(a.name, b.name))
    .map((stored): PlannedTensor => {
      const source = { ...stored, shape: ggmlShape(stored.shape) };
      const choice = chooser.next(source);
      if (choice.refusal) refusals.push(choice.refusal);
      if (choice.misfit) misfits.push(choice.misfit);
      const changed = choice.type.id !== source.type.id;
      if (changed && !isEncodable(source.type))
        refusals.push(`${source.name} is ${source.type.label}, which cannot be read for quantizing yet.`);
      if (changed && !isFullWidth(source.type.label)) requantized.add(source.type.label);
      return {
        name: source.name,
        shape: source.shape,
        type: choice.type,
        sizeBytes: tensorBytes(choice.type, source.shape)!,
        source,
        ...(choice.fallback ? { fallback: choice.fallback } : {}),
        ...(choice.importance ? { importance: choice.importance } : {}),
      };
    });
  const metadata = outputMetadata(model.metadata, fileType, options.importance);
  return {
    ...fileOf(fileType, metadata, tensors),
    notes: planNotes(fileType, tensors, options, chooser.used),
    warning: requantized.size > 0 ? requantizeWarning([...requantized]) : null,
    refusal: refusals[0] ?? misfits[0] ?? null,
    curedByF16: refusals.length === 0 && misfits.length > 0,
  };
}
