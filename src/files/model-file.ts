import type { GgmlType } from './ggml-types';
import type { Metadata } from './gguf/metadata';

/** A tensor that is read in ranges, in ggml's order of dimensions (row width first). */
export interface TensorSource {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: GgmlType;
  readonly sizeBytes: number;
  /** Bytes [start, end) of the tensor. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** What a reader makes of one or many files. Everything after it speaks GGUF's names, whatever the files were. */
export interface ModelFile {
  /** What the person dropped. */
  readonly label: string;
  readonly container: 'GGUF' | 'safetensors';
  readonly metadata: Metadata;
  readonly tensors: readonly TensorSource[];
  readonly sizeBytes: number;
  /** Things the person should know: what was assumed or left out. */
  readonly notes: readonly string[];
}
