import type { Gpu } from '../../gpu/gpu';
import type { Extent } from '../../gpu/kernel';
import * as ops from '../../ops/measure-kernels';
import { type Runtime, SCORE_SLOTS, sampleClasses } from '../runtime';
import type { Step } from './steps';

/** Parts of sampling that not every answer needs. */
export interface SamplingParts {
  /** Tokens that penalties look back at; undefined without penalties. */
  readonly window?: (() => number) | undefined;
  /** Finds the likeliest tokens, too. */
  readonly scores?: boolean;
}

/** Invocations of a workgroup of the kernels that run over the vocabulary or the window. */
const GROUP = 64;

/**
 * Records sampling of the next token from the logits: two dispatches. Penalties add two, which come first and leave the
 * logits as they are, and scores one, which comes last and reads those; with both, a survey is for each.
 */
export function samplingSteps(gpu: Gpu, r: Runtime, { window, scores = false }: SamplingParts = {}): Step[] {
  const { logits, sampling, state, tokens, history, counts, penalized, vocabulary, context, arena } = r;
  const classes = sampleClasses(vocabulary);
  const surveyed = (from: GPUBuffer, to: GPUBuffer, isScored: boolean): Step => {
    const kernel = gpu.kernel(ops.survey, {}, isScored ? { SCORED: 1 } : {});
    const buffers = { logits: from, sampling, state, classes: to };
    return { dispatch: kernel.dispatch(buffers, { vocabulary, classes }, [classes / GROUP], arena) };
  };
  const sampled = (from: GPUBuffer): Step => {
    const buffers = { logits: from, classes: r.classes, sampling, state, tokens, history };
    const params = { vocabulary, classes, capacity: context };
    return { dispatch: gpu.kernel(ops.sample).dispatch(buffers, params, [1], arena) };
  };
  const ranked = (from: GPUBuffer): Step => {
    const buffers = { logits, classes: from, state, scores: r.scores };
    const params = { vocabulary, classes, slots: SCORE_SLOTS };
    return { dispatch: gpu.kernel(ops.likeliest).dispatch(buffers, params, [1], arena) };
  };
  if (!window)
    return [surveyed(logits, r.classes, scores), sampled(logits), ...(scores ? [ranked(r.classes)] : [])];
  const counted = gpu
    .kernel(ops.countWindow)
    .dispatch({ history, sampling, state, counts }, { vocabulary }, [Math.ceil(context / GROUP)], arena);
  const all: [number] = [Math.ceil(vocabulary / GROUP)];
  const buffers = { logits, sampling, counts, penalized };
  return [
    ...(scores ? [surveyed(logits, r.scoredClasses, true)] : []),
    { dispatch: counted, x: (e: Extent) => Math.ceil(Math.min(e.positions, window()) / GROUP) },
    { dispatch: gpu.kernel(ops.penalize).dispatch(buffers, { vocabulary }, all, arena) },
    surveyed(penalized, r.classes, false),
    sampled(penalized),
    ...(scores ? [ranked(r.scoredClasses)] : []),
  ];
}
