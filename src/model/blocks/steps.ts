import { workgroupCount } from '../../gpu/grid';
import { type Compiled, type Dispatch, encodeGrid, type Extent } from '../../gpu/kernel';
import { type Task, taskOf } from '../../gpu/paced-queue';
import { FIRST_MS, type Pacer, TARGET_MS, type Work } from '../../gpu/pacer';

export type { Extent } from '../../gpu/kernel';

/** A dispatch whose grid may depend on the extent. It is skipped if an axis is 0. */
export interface Step {
  readonly dispatch: Dispatch;
  readonly x?: (e: Extent) => number;
  readonly y?: (e: Extent) => number;
}

const gridOf = ({ dispatch, x, y }: Step, e: Extent): readonly [x: number, y: number, z: number] => {
  const { workgroups } = dispatch;
  return [x ? x(e) : workgroups[0], y ? y(e) : (workgroups[1] ?? 1), workgroups[2] ?? 1];
};

/** Encodes steps into a pass and returns the number of dispatches. Creates nothing. */
export function encodeSteps(pass: GPUComputePassEncoder, steps: readonly Step[], e: Extent): number {
  let dispatches = 0;
  for (const step of steps) {
    const workgroups = gridOf(step, e);
    if (workgroups[0] === 0 || workgroups[1] === 0) continue;
    encodeGrid(pass, step.dispatch, workgroups);
    dispatches++;
  }
  return dispatches;
}

/** Number of dispatches of a pass. */
export const countSteps = (steps: readonly Step[], e: Extent): number =>
  steps.filter(({ x, y }) => (x?.(e) ?? 1) !== 0 && (y?.(e) ?? 1) !== 0).length;

/** The work of a step in a pass of this extent. */
export function workOf(step: Step, e: Extent): Work {
  const { kind, operations, repeats } = step.dispatch;
  return { kind, units: workgroupCount(gridOf(step, e)) * operations * (repeats?.(e) ?? 1) };
}

/** The same as a task of a paced queue. */
function stepTask(step: Step, e: Extent): Task {
  const { dispatch } = step;
  const task = taskOf({ ...dispatch, workgroups: gridOf(step, e) });
  return { ...task, units: task.units * (dispatch.repeats?.(e) ?? 1), isMeasured: true };
}

/** The works of a pass that runs `times` times. */
export const worksOf = (steps: readonly Step[], e: Extent, times: number): Work[] =>
  steps.map((step) => {
    const { kind, units } = workOf(step, e);
    return { kind, units: units * times };
  });

/** Steps of a pass as tasks of a paced queue. */
export const tasksOf = (steps: readonly Step[], e: Extent): Task[] =>
  steps.map((step) => stepTask(step, e)).filter(({ units }) => units > 0);

/** Predicted milliseconds of a pass; more if it has kinds that may be in a short submit only. */
export function msOf(pacer: Pacer, steps: readonly Step[], e: Extent): number {
  const ms = steps.reduce((sum, step) => sum + pacer.predict(workOf(step, e)), 0);
  return steps.every((step) => pacer.knows(step.dispatch.kind)) ? ms : ms * (TARGET_MS / FIRST_MS);
}

/**
 * The most tokens, up to `most`, of a pass behind `position` cached ones in which no part of a dispatch is too long for a
 * submit. A step that is too long whatever the tokens does not count, and neither do tokens beyond the tile that it
 * computes anyway.
 */
export function tokensThatFit(pacer: Pacer, steps: readonly Step[], position: number, most: number): number {
  if (!pacer.isOn) return most;
  const partMs = (step: Step, tokens: number) =>
    pacer.predict(stepTask(step, { tokens, positions: position + tokens }));
  const fits = (tokens: number) =>
    steps.every((step) => {
      const ms = partMs(step, tokens);
      return ms <= pacer.budget([step.dispatch.kind]) || ms <= partMs(step, 1) * 1.001;
    });
  let tokens = most;
  while (tokens > 1 && !fits(tokens)) tokens = 2 ** Math.ceil(Math.log2(tokens) - 1);
  return tokens;
}
/** Kernels of steps, in their order. */
export const kernelsOf = (steps: readonly Step[]): Compiled[] => steps.map(({ dispatch }) => dispatch.kernel);
