import type { Dispatch } from '../../gpu/kernel';

/** Extent of a pass. */
export interface Extent {
  /** Tokens in the batch. */
  readonly tokens: number;
  /** Tokens in the context after the pass. */
  readonly positions: number;
}

/** A dispatch whose grid may depend on the extent. It is skipped if an axis is 0. */
export interface Step {
  readonly dispatch: Dispatch;
  readonly x?: (e: Extent) => number;
  readonly y?: (e: Extent) => number;
}

/** Encodes steps into a pass and returns the number of dispatches. Creates nothing. */
export function encodeSteps(pass: GPUComputePassEncoder, steps: readonly Step[], e: Extent): number {
  let dispatches = 0;
  for (const { dispatch, x, y } of steps) {
    const width = x ? x(e) : dispatch.workgroups[0];
    const height = y ? y(e) : (dispatch.workgroups[1] ?? 1);
    if (width === 0 || height === 0) continue;
    pass.setPipeline(dispatch.pipeline);
    pass.setBindGroup(0, dispatch.group);
    pass.dispatchWorkgroups(width, height, dispatch.workgroups[2] ?? 1);
    dispatches++;
  }
  return dispatches;
}

/** Number of dispatches of a pass. */
export const countSteps = (steps: readonly Step[], e: Extent): number =>
  steps.filter(({ x, y }) => (x?.(e) ?? 1) !== 0 && (y?.(e) ?? 1) !== 0).length;
