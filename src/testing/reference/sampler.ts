// Sampling on the CPU: what the GPU's tokens, penalties and probabilities are held to.
import type { SamplingOptions } from '../../infer/sampling';

function hash(x: number): number {
  const s = (Math.imul(x, 747796405) + 2891336453) >>> 0;
  const word = Math.imul(((s >>> ((s >>> 28) + 4)) ^ s) >>> 0, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}
export const gumbel = (token: number, position: number, seed: number) => {
  const bits = hash((token ^ hash((position ^ hash(seed)) >>> 0)) >>> 0);
  return -Math.log(-Math.log(((bits >>> 8) + 0.5) / 16777216));
};

/**
 * Logits with llama.cpp's penalties, by `penalty_last_n`, `penalty_repeat`, `penalty_freq` and `penalty_present` of
 * llama_sampler_init_penalties, after all of `before` was accepted. Float32, as there.
 */
export function penalized(
  logits: Float32Array,
  before: readonly number[],
  {
    repeatLastN = 64,
    repeatPenalty = 1,
    frequencyPenalty = 0,
    presencePenalty = 0,
  }: Partial<SamplingOptions>,
): Float32Array {
  const out = logits.slice();
  const window = repeatLastN < 0 ? before : repeatLastN === 0 ? [] : before.slice(-repeatLastN);
  const counts = new Map<number, number>();
  for (const id of window) counts.set(id, (counts.get(id) ?? 0) + 1);
  const f = Math.fround;
  for (const [id, count] of counts) {
    const logit = out[id]!;
    const repeated = logit <= 0 ? f(logit * f(repeatPenalty)) : f(logit / f(repeatPenalty));
    out[id] = repeated - f(f(count * f(frequencyPenalty)) + f(presencePenalty));
  }
  return out;
}

/** Tokens kept by top-k, top-p and min-p, in llama.cpp's order. Ties with the last one are kept. */
export function support(logits: Float32Array, o: SamplingOptions): number[] {
  let kept = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b);
  const top = logits[kept[0]!]!;
  if (o.topK > 0 && o.topK < kept.length) {
    const threshold = logits[kept[o.topK - 1]!]!;
    kept = kept.filter((t) => logits[t]! >= threshold);
  }
  if (o.topP < 1) {
    const all = kept.reduce((sum, t) => sum + Math.exp(logits[t]! - top), 0);
    let mass = 0;
    let threshold = top;
    for (const t of kept) {
      if (mass >= o.topP * all) break;
      threshold = logits[t]!;
      mass += Math.exp(threshold - top);
    }
    kept = kept.filter((t) => logits[t]! >= threshold);
  }
  return o.minP > 0 ? kept.filter((t) => logits[t]! - top >= Math.log(o.minP)) : kept;
}

/** The token after `before`: `before.length` is its position, which the noise depends on. */
export function sampledToken(logits: Float32Array, before: readonly number[], o: SamplingOptions): number {
  const own = penalized(logits, before, o);
  const kept = support(own, o);
  if (o.temperature === 0) return kept[0]!;
  const value = (t: number) => own[t]! / o.temperature + gumbel(t, before.length, o.seed);
  return kept.reduce((best, t) => (value(t) > value(best) ? t : best));
}

/** The softmax in float64. */
export function softmax(logits: Float32Array): Float64Array {
  const top = logits.reduce((a, b) => Math.max(a, b));
  const masses = Float64Array.from(logits, (v) => Math.exp(v - top));
  const total = masses.reduce((a, b) => a + b, 0);
  return masses.map((v) => v / total);
}
