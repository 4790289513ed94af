import type { Gpu } from '../gpu/gpu';
import { throwIfCancelled } from '../util/errors';
import { Engine, GREEDY } from './engine';
import type { EngineOptions } from './model-runtime';
import type { Prepared } from '../pipeline/prepared';
import type { Work } from '../util/work';

/** Difference between the fast compute paths and the reference mode over one text. */
export interface PathDifference {
  readonly positions: number;
  /** KL divergence of the next-token distribution, fast from reference, in nats: mean and maximum. */
  readonly meanKl: number;
  readonly largestKl: number;
  /** Share of positions where both have the same most probable token. */
  readonly sameTop: number;
}

function logSoftmax(logits: Float32Array): Float64Array {
  const max = logits.reduce((a, b) => Math.max(a, b));
  const total = logits.reduce((sum, v) => sum + Math.exp(v - max), 0);
  return Float64Array.from(logits, (v) => v - max - Math.log(total));
}

const indexOfMax = (x: Float32Array): number => x.reduce((best, v, i) => (v > x[best]! ? i : best), 0);

/**
 * Runs a text through the reference mode and the fast paths, `step` tokens at a time (1 is decode, more is prefill),
 * and compares the logits after each step.
 */
export async function comparePaths(
  gpu: Gpu,
  prepared: Prepared,
  ids: readonly number[],
  options: Omit<EngineOptions, 'reference'>,
  step = 1,
  { signal }: Pick<Work, 'signal'> = {},
): Promise<PathDifference> {
  const engines: Engine[] = [];
  try {
    const reference = await Engine.create(gpu, prepared, { ...options, reference: true });
    engines.push(reference);
    const fast = await Engine.create(gpu, prepared, options);
    engines.push(fast);
    let positions = 0;
    let sum = 0;
    let largestKl = 0;
    let same = 0;
    for (let end = step; end <= ids.length; end += step) {
      throwIfCancelled(signal);
      await reference.prefill(ids.slice(0, end));
      await fast.prefill(ids.slice(0, end));
      const want = await reference.logits();
      const have = await fast.logits();
      const p = logSoftmax(want);
      const q = logSoftmax(have);
      const kl = p.reduce((total, v, i) => total + Math.exp(v) * (v - q[i]!), 0);
      positions++;
      sum += kl;
      largestKl = Math.max(largestKl, kl);
      if (indexOfMax(want) === indexOfMax(have)) same++;
    }
    return { positions, meanKl: sum / positions, largestKl, sameTop: same / positions };
  } finally {
    for (const engine of engines) engine.dispose();
  }
}

/**
 * Samples a text of `length` tokens from the model, so that it is probable under the model. An empty start is token 0.
 */
export function writeText(
  engine: Engine,
  start: readonly number[],
  length: number,
  { signal }: Pick<Work, 'signal'> = {},
): Promise<number[]> {
  return engine.exclusive(async () => {
    engine.setSampling({ ...GREEDY, temperature: 0.8, topK: 40, seed: 3 });
    const ids = start.length > 0 ? [...start] : [0];
    let { id } = await engine.prefill(ids, { signal });
    for await (const next of engine.tokens(id, length - ids.length)) {
      ids.push(id);
      id = next;
    }
    return ids;
  });
}
