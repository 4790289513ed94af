// Statistics over the tokens of a text, as llama-perplexity prints them.

/** Perplexity of a level over a text. */
export interface Perplexity {
  readonly perplexity: number;
  /** Standard error of the perplexity. */
  readonly standardError: number;
  /** Scored tokens. */
  readonly tokens: number;
  readonly chunks: number;
}

/**
 * A text cut into runs of whole chunks, at most MAX_BATCHES, with the means of each: what errors are estimated from, and what
 * two levels over the same text are compared by. Tokens of a chunk are not independent of each other, chunks nearly are.
 */
export interface Batches {
  /** Scored tokens of each batch. */
  readonly tokens: readonly number[];
  /** Mean KL divergence of each batch, in nats, to seven digits. */
  readonly kl: readonly number[];
  /** Share of each batch's tokens with the same most probable token. */
  readonly sameTop: readonly number[];
}

/** A level compared with a base over the same text. KL divergences in nats. */
export interface KlDivergence {
  readonly level: Perplexity;
  readonly base: Perplexity;
  readonly kl: {
    readonly mean: number;
    /** As llama-perplexity prints it: of tokens taken as independent, so that it is too small; `batches` tell better. */
    readonly standardError: number;
    readonly median: number;
    readonly p90: number;
    readonly p95: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  };
  /** Share of tokens with the same most probable token, and its standard error. */
  readonly sameTop: { readonly share: number; readonly standardError: number };
  /** Change of the true token's probability, level minus base. */
  readonly probability: { readonly mean: number; readonly rms: number };
  /** Absent in records of versions that did not keep them. */
  readonly batches?: Batches;
}

function meanOf(values: readonly number[]): { mean: number; standardError: number } {
  let sum = 0;
  let squares = 0;
  for (const v of values) {
    sum += v;
    squares += v * v;
  }
  const mean = sum / values.length;
  const variance = Math.max(0, squares / values.length - mean * mean) / Math.max(1, values.length - 1);
  return { mean, standardError: Math.sqrt(variance) };
}

/** From the negative log-likelihood of each token, in nats. */
export function perplexityOf(negativeLogLikelihoods: readonly number[], chunks: number): Perplexity {
  const { mean, standardError } = meanOf(negativeLogLikelihoods);
  const value = Math.exp(mean);
  return {
    perplexity: value,
    standardError: value * standardError,
    tokens: negativeLogLikelihoods.length,
    chunks,
  };
}

/** Quantile of sorted values, linear between neighbours. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const next = sorted[Math.min(low + 1, sorted.length - 1)]!;
  return sorted[low]! + (at - low) * (next - sorted[low]!);
}

/** A longer text has batches of several chunks: a record stays small. */
export const MAX_BATCHES = 256;

/** The four numbers of a token: shaders/ops/kl-divergence.wgsl. */
const WIDTH = 4;

function batchesOf(chunks: readonly Float32Array[]): Batches {
  const each = Math.ceil(chunks.length / MAX_BATCHES);
  const groups = Array.from({ length: Math.ceil(chunks.length / each) }, (_, i) =>
    chunks.slice(i * each, (i + 1) * each),
  );
  const means = groups.map((group) => {
    let [tokens, kl, same] = [0, 0, 0];
    for (const numbers of group)
      for (let i = 0; i < numbers.length; i += WIDTH) {
        tokens++;
        kl += numbers[i + 2]!;
        same += numbers[i + 3]!;
      }
    return { tokens, kl: Number((kl / tokens).toPrecision(7)), same: Number((same / tokens).toPrecision(7)) };
  });
  return {
    tokens: means.map((m) => m.tokens),
    kl: means.map((m) => m.kl),
    sameTop: means.map((m) => m.same),
  };
}

/**
 * From four numbers per token, chunk by chunk: negative log-likelihood under the base and under the level, KL divergence, 1
 * for equal top tokens.
 */
export function klDivergenceOf(chunks: readonly Float32Array[]): KlDivergence {
  const base: number[] = [];
  const level: number[] = [];
  const kl: number[] = [];
  const changes: number[] = [];
  let same = 0;
  for (const part of chunks)
    for (let i = 0; i < part.length; i += WIDTH) {
      base.push(part[i]!);
      level.push(part[i + 1]!);
      kl.push(part[i + 2]!);
      same += part[i + 3]!;
      changes.push(Math.exp(-part[i + 1]!) - Math.exp(-part[i]!));
    }
  const sorted = [...kl].sort((a, b) => a - b);
  const share = same / kl.length;
  return {
    level: perplexityOf(level, chunks.length),
    base: perplexityOf(base, chunks.length),
    kl: {
      ...meanOf(kl),
      median: quantile(sorted, 0.5),
      p90: quantile(sorted, 0.9),
      p95: quantile(sorted, 0.95),
      p99: quantile(sorted, 0.99),
      p999: quantile(sorted, 0.999),
      max: sorted.at(-1)!,
    },
    sameTop: { share, standardError: Math.sqrt((share * (1 - share)) / Math.max(1, kl.length - 1)) },
    probability: {
      mean: meanOf(changes).mean,
      rms: Math.sqrt(changes.reduce((sum, v) => sum + v * v, 0) / changes.length),
    },
    batches: batchesOf(chunks),
  };
}
