import type { Compiled, Dispatch, Extent } from '../../gpu/kernel';
import type { Task } from '../../gpu/paced-queue';
import { FIRST_MS, type Pacer, TARGET_MS, type Work } from '../../gpu/pacer';

export type { Extent } from '../../gpu/kernel';

/** A dispatch whose grid may depend on the extent. It is skipped if an axis is 0. */
export interface Step {
  readonly dispatch: Dispatch;
  readonly x?: (e: Extent) => number;
  readonly y?: (e: Extent) => number;
}

const widthOf = ({ dispatch, x }: Step, e: Extent): number => (x ? x(e) : dispatch.workgroups[0]);
const heightOf = ({ dispatch, y }: Step, e: Extent): number => (y ? y(e) : (dispatch.workgroups[1] ?? 1));

/** Encodes steps into a pass and returns the number of dispatches. Creates nothing. */
export function encodeSteps(pass: GPUComputePassEncoder, steps: readonly Step[], e: Extent): number {
  let dispatches = 0;
  for (const step of steps) {
    const { dispatch } = step;
    const width = widthOf(step, e);
    const height = heightOf(step, e);
    if (width === 0 || height === 0) continue;
    pass.setPipeline(dispatch.kernel.pipeline);
    pass.setBindGroup(0, dispatch.group);
    pass.dispatchWorkgroups(width, height, dispatch.workgroups[2] ?? 1);
    dispatches++;
  }
  return dispatches;
}

/** Number of dispatches of a pass. */
export const countSteps = (steps: readonly Step[], e: Extent): number =>
  steps.filter(({ x, y }) => (x?.(e) ?? 1) !== 0 && (y?.(e) ?? 1) !== 0).length;

/** The work of a step in a pass of this extent. */
export function workOf(step: Step, e: Extent): Work {
  const { kind, operations, repeats, workgroups } = step.dispatch;
  const count = widthOf(step, e) * heightOf(step, e) * (workgroups[2] ?? 1);
  return { kind, units: count * operations * (repeats?.(e) ?? 1) };
}

/** The works of a pass that runs `times` times. */
export const worksOf = (steps: readonly Step[], e: Extent, times: number): Work[] =>
  steps.map((step) => {
    const { kind, units } = workOf(step, e);
    return { kind, units: units * times };
  });

/** Steps of a pass as tasks of a paced queue. */
export function tasksOf(steps: readonly Step[], e: Extent): Task[] {
  const tasks: Task[] = [];
  for (const step of steps) {
    const { kind, units } = workOf(step, e);
    if (units === 0) continue;
    const run = (pass: GPUComputePassEncoder) => void encodeSteps(pass, [step], e);
    tasks.push({ kind, parts: 1, units, isMeasured: true, encode: run });
  }
  return tasks;
}

/** Predicted milliseconds of a pass; more if it has kinds that may be in a short submit only. */
export function msOf(pacer: Pacer, steps: readonly Step[], e: Extent): number {
  const ms = steps.reduce((sum, step) => sum + pacer.predict(workOf(step, e)), 0);
  return steps.every((step) => pacer.knows(step.dispatch.kind)) ? ms : ms * (TARGET_MS / FIRST_MS);
}

/**
 * The most tokens, up to `most`, of a pass behind `position` cached ones in which no dispatch is too long for a submit.
 * A step that is too long whatever the tokens does not count, and neither do tokens beyond the tile that it computes
 * anyway.
 */
export function tokensThatFit(pacer: Pacer, steps: readonly Step[], position: number, most: number): number {
  if (!pacer.isOn) return most;
  const stepMs = (step: Step, tokens: number) =>
    pacer.predict(workOf(step, { tokens, positions: position + tokens }));
  const fits = (tokens: number) =>
    steps.every((step) => {
      const ms = stepMs(step, tokens);
      return ms <= pacer.budget([step.dispatch.kind]) || ms <= stepMs(step, 1) * 1.001;
    });
  let tokens = most;
  while (tokens > 1 && !fits(tokens)) tokens = 2 ** Math.ceil(Math.log2(tokens) - 1);
  return tokens;
}
/** Kernels of steps, in their order. */
export const kernelsOf = (steps: readonly Step[]): Compiled[] => steps.map(({ dispatch }) => dispatch.kernel);
