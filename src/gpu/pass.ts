import type { Dispatch } from './kernel';

/** Dispatches of a compute pass, or a function that encodes them. */
export type PassWork = readonly Dispatch[] | ((pass: GPUComputePassEncoder) => void);
/** Copies on either side of a compute pass. */
export interface PassCopies {
  readonly before?: ((encoder: GPUCommandEncoder) => void) | undefined;
  readonly after?: ((encoder: GPUCommandEncoder) => void) | undefined;
}
