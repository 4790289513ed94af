import type { GgmlType } from './ggml-types';
import type { Metadata } from './gguf/metadata';
import type { Packed } from './packed-rows';

/** A tensor read in byte ranges. `shape` is in ggml order: cols first. */
export interface TensorSource {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: GgmlType;
  readonly sizeBytes: number;
  /** Codes and scales of the same values, where the tensor is decoded as it is read. */
  readonly packed?: Packed | undefined;
  /** Bytes [start, end) of the tensor. The signal ends a read over a network. */
  read(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** A model of one or several files. Metadata keys and tensor names are GGUF's, whatever the container. */
export interface ModelFile {
  /** Name of the dropped file or folder. */
  readonly label: string;
  readonly container: 'GGUF' | 'safetensors' | 'PyTorch';
  readonly metadata: Metadata;
  readonly tensors: readonly TensorSource[];
  readonly sizeBytes: number;
  /** Level of a quantized checkpoint in words, as "GPTQ 4-bit, group 128"; its tensors are decoded as they are read. */
  readonly quantizedAs?: string;
  /** Notes for the user about assumed or skipped content. */
  readonly notes: readonly string[];
}
