import { UnsupportedError } from '../util/errors';
import { alignUp } from '../util/bytes';
import type { Hyperparameters } from './hyperparameters';

/** What keys and values are kept in (shaders/kv): llama.cpp's --cache-type-k and -v, for both. */
export const kvTypes = ['F32', 'F16', 'Q8_0', 'Q4_0'] as const;
export type KvType = (typeof kvTypes)[number];

/** Bits of a code. The quantized types have a 16-bit scale for each 32 of them besides. */
const CODE_BITS: Readonly<Record<KvType, number>> = { F32: 32, F16: 16, Q8_0: 8, Q4_0: 4 };
const isQuantized = (type: KvType): boolean => type === 'Q8_0' || type === 'Q4_0';

export interface KvLayout {
  /** Codes of a layer's keys, and behind them the scales of its keys and values. */
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Word in the keys' buffer where the scales begin. */
  readonly scalesAt: number;
}

/** Keys lie in tiles of 32 positions (shaders/lib/kv-place.wgsl). */
const TILE = 32;

/** How a layer's cache lies in its buffers. */
export function kvLayout(type: KvType, h: Hyperparameters, context: number): KvLayout {
  if (isQuantized(type) && h.headDim % 32 !== 0)
    throw new UnsupportedError(
      `A cache in ${type} takes heads of a multiple of 32; those of this model have ${h.headDim} dimensions.`,
      'Take a cache in F16.',
    );
  const positions = alignUp(context, TILE);
  const codes = (positions * h.kvHeads * h.headDim * CODE_BITS[type]) / 8;
  const scales = isQuantized(type) ? (positions * h.kvHeads * h.headDim * 4) / 32 : 0;
  return { keyBytes: codes + scales, valueBytes: codes, scalesAt: codes / 4 };
}

/** Positions that one workgroup takes at most (SPAN in shaders/lib/attention/softmax-tile.wgsl). */
const LONGEST = 256;
const EVEN_SPLITS = 16;

/** Most KV splits that a token's positions are cut into. */
export const maxKvSplits = (context: number): number => Math.max(EVEN_SPLITS, Math.ceil(context / LONGEST));

/**
 * How many KV splits the positions that a token sees are cut into: the arithmetic of shaders/lib/KV splits.wgsl. `window` 0 is
 * none.
 */
export function kvSplitCount(positions: number, window: number, shortest: number): number {
  const seen = window > 0 ? Math.min(positions, window) : positions;
  const even = Math.floor((Math.floor(seen / EVEN_SPLITS) + 31) / 32) * 32;
  const length = Math.min(Math.max(even, shortest), LONGEST);
  return Math.ceil(seen / length);
}
