import type { Gpu } from '../gpu/gpu';
import { type Runtime, SCORE_BYTES, SCORE_SLOTS } from '../model/runtime';
import { LIKELIEST_WORDS } from '../ops/likeliest-words';
import { IN_FLIGHT, MAX_BATCH } from './pace';
import type { Sampler } from './sampler';

const IDS_BYTES = 4 * MAX_BATCH;
/** Ids of a submit, then the scores that belong to them. */
export const READBACK_BYTES = IDS_BYTES + SCORE_BYTES;

/** Probabilities by the softmax of the logits, before penalties, temperature and truncation; 0 to 1. */
export interface Ranking {
  /** That of the sampled token. */
  readonly probability: number;
  /** The likeliest tokens, likeliest first. */
  readonly top: readonly { readonly id: number; readonly probability: number }[];
}

/** A sampled token, with its ranking where that was asked for. */
export interface Sampled {
  readonly id: number;
  readonly ranking?: Ranking;
}

const CANDIDATES = (LIKELIEST_WORDS - 2) / 2;
const NO_TOKEN = 0xffffffff;

/** Reads what ops/likeliest wrote for a position. */
export function rankingOf(bytes: ArrayBuffer, offset: number, count: number): Ranking {
  const ids = new Uint32Array(bytes, offset + 8, CANDIDATES);
  const floats = new Float32Array(bytes, offset, LIKELIEST_WORDS);
  const logits = floats.subarray(2 + CANDIDATES);
  const [own, total] = [floats[0]!, floats[1]!];
  const probability = (logit: number): number => Math.exp(logit - logits[0]!) / total;
  return {
    probability: probability(own),
    top: Array.from(ids.subarray(0, count), (id, i) => ({ id, probability: probability(logits[i]!) })).filter(
      ({ id }) => id !== NO_TOKEN,
    ),
  };
}

/** Carries the tokens of a submit from the device: one copy and one map, scores included. */
export class TokenReadback {
  readonly #gpu: Gpu;
  readonly #r: Runtime;
  readonly #sampler: Sampler;
  readonly #buffer: GPUBuffer;

  private constructor(gpu: Gpu, runtime: Runtime, sampler: Sampler, buffer: GPUBuffer) {
    this.#gpu = gpu;
    this.#r = runtime;
    this.#sampler = sampler;
    this.#buffer = buffer;
  }

  /** One for each submit under way; the runtime's owner has their buffers. */
  static async createAll(gpu: Gpu, runtime: Runtime, sampler: Sampler): Promise<TokenReadback[]> {
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
    const all: TokenReadback[] = [];
    for (let i = 0; i < IN_FLIGHT; i++) {
      const buffer = await runtime.owner.create('token readback', READBACK_BYTES, usage);
      all.push(new TokenReadback(gpu, runtime, sampler, buffer));
    }
    return all;
  }

  /** Encodes the copy of `count` tokens, the first for `position`, with their scores if the sampler makes them. */
  copy(encoder: GPUCommandEncoder, position: number, count: number): void {
    encoder.copyBufferToBuffer(this.#r.history, 4 * position, this.#buffer, 0, 4 * count);
    if (this.#sampler.topLogprobs > 0)
      encoder.copyBufferToBuffer(this.#r.scores, 0, this.#buffer, IDS_BYTES, SCORE_BYTES);
  }

  /** The tokens that were copied. */
  async read(position: number, count: number): Promise<Sampled[]> {
    const top = this.#sampler.topLogprobs;
    try {
      await this.#gpu.map(this.#buffer);
      const bytes = this.#buffer.getMappedRange(0, top > 0 ? READBACK_BYTES : 4 * count).slice(0);
      return Array.from(new Uint32Array(bytes, 0, count), (id, i): Sampled => {
        if (top === 0) return { id };
        const slot = (position + i) % SCORE_SLOTS;
        return { id, ranking: rankingOf(bytes, IDS_BYTES + 4 * LIKELIEST_WORDS * slot, top) };
      });
    } finally {
      this.#buffer.unmap();
    }
  }
}
