// Qualities of levels whose true loss is known, as a measurement would find them.
import type { QualityRecord } from '../../evaluate/quality-records';
import { seededRandom } from '../../util/random';

/** A level as it is. `own` seeds what of its luck is not that of all levels: equal levels with two seeds are two draws. */
export interface Truth {
  readonly type?: string;
  readonly kl: number;
  readonly sameTop?: number;
  readonly fileBytes?: number;
  readonly own?: number;
}

/** Scored tokens of a chunk of 256. */
export const CHUNK_TOKENS = 127;
/** Spread of a token's log divergence, of a chunk's, what neighbours share, and what is a level's own. */
const SPREAD = { token: 1.3, chunk: 0.3, neighbours: 0.4, own: 0.6 };

/** Standard normal numbers (Box and Muller). */
function normal(seed: number): () => number {
  const next = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/**
 * A level over a text; only means are simulated, no quantiles. Divergences are log-normal, with a long tail as they are measured; hard passages are hard for all levels,
 * which is why levels are compared pairwise. One seed is one text: other levels meet the same passages.
 */
export function simulated(truth: Truth, chunks: number, seed: number): QualityRecord {
  const { type = 'Q4_K_M', kl, sameTop = 1 - 1.3 * Math.sqrt(kl), fileBytes = 100, own = 1 } = truth;
  const shared = normal(seed);
  const ours = normal(1e6 * own + 7919 * seed + Math.round(1e7 * kl));
  const uniform = seededRandom(31 * seed + own);
  const { token, chunk, neighbours, own: share } = SPREAD;
  // The mean of exp of a normal number is exp of half its variance.
  const scale = kl / Math.exp((token ** 2 + chunk ** 2) / 2);
  const batches = {
    tokens: Array<number>(chunks).fill(CHUNK_TOKENS),
    kl: [] as number[],
    sameTop: [] as number[],
  };
  let squares = 0;
  for (let c = 0; c < chunks; c++) {
    const passage = chunk * shared();
    let before = shared();
    let [sum, same] = [0, 0];
    for (let i = 0; i < CHUNK_TOKENS; i++) {
      before = neighbours * before + Math.sqrt(1 - neighbours ** 2) * shared();
      const found = scale * Math.exp(passage + token * (Math.sqrt(1 - share ** 2) * before + share * ours()));
      sum += found;
      squares += found ** 2;
      same += Number(uniform() < sameTop);
    }
    batches.kl.push(sum / CHUNK_TOKENS);
    batches.sameTop.push(same / CHUNK_TOKENS);
  }
  const tokens = chunks * CHUNK_TOKENS;
  const meanOf = (list: readonly number[]) => list.reduce((sum, v) => sum + v, 0) / chunks;
  const [mean, agreed] = [meanOf(batches.kl), meanOf(batches.sameTop)];
  const standardError = Math.sqrt((squares / tokens - mean ** 2) / tokens);
  const perplexity = { perplexity: 10, standardError: 0.1, tokens, chunks };
  return {
    type,
    base: 'F16',
    adapter: 'simulated',
    fileBytes,
    textLabel: 'a text',
    context: 256,
    kvType: 'F16',
    chunks,
    elapsedMs: 1000 * chunks,
    measuredMs: 1,
    measured: {
      level: perplexity,
      base: perplexity,
      kl: { mean, standardError, median: mean, p90: mean, p95: mean, p99: mean, p999: mean, max: mean },
      sameTop: { share: agreed, standardError: Math.sqrt((agreed * (1 - agreed)) / tokens) },
      probability: { mean: 0, rms: 0 },
      batches,
    },
  };
}
