import { UnsupportedError } from '../util/errors';
import { MAX_KV_SPLIT } from '../ops/max-kv-split';
import { alignUp } from '../util/bytes';
import type { Hyperparameters } from './hyperparameters';

/** Type of the KV cache: llama.cpp's --cache-type-k and -v, for both. */
export type KvType = 'F32' | 'F16' | 'Q8_0' | 'Q4_0';
/** All of them (shaders/kv), widest first. */
export const kvTypes = ['F32', 'F16', 'Q8_0', 'Q4_0'] as const satisfies readonly KvType[];

/** Bits per value, without the 16-bit scale for each 32 values of the quantized types. */
const CODE_BITS: Readonly<Record<KvType, number>> = { F32: 32, F16: 16, Q8_0: 8, Q4_0: 4 };
const isQuantized = (type: KvType): boolean => type === 'Q8_0' || type === 'Q4_0';

export interface KvLayout {
  /** Bytes of a layer's key buffer: the keys, then the scales of keys and values. */
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Offset of the scales in the key buffer, in words. */
  readonly scalesAt: number;
}

/** Keys are stored in tiles of 32 positions (shaders/lib/attention/kv-place.wgsl). */
const TILE = 32;

/** Buffer sizes of a layer's KV cache. Throws UnsupportedError if a quantized type does not fit the head. */
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

/** Cut of a decode step's positions into KV splits, in positions. */
export interface KvSplits {
  /** Minimum length of a split, a multiple of 32. */
  readonly shortest: number;
  /** Number of splits to aim at, at most MOST_EVEN_SPLITS; beyond MAX_KV_SPLIT positions each there are more. */
  readonly evenSplits: number;
}

const MOST_EVEN_SPLITS = 32;

/** Maximum number of KV splits for a context, however a device cuts it. */
export const maxKvSplits = (context: number): number =>
  Math.max(MOST_EVEN_SPLITS, Math.ceil(context / MAX_KV_SPLIT));

/** Number of KV splits of a decode step, as in shaders/lib/attention/kv-splits.wgsl. `window` 0 is no window. */
export function kvSplitCount(positions: number, window: number, splits: KvSplits): number {
  const seen = window > 0 ? Math.min(positions, window) : positions;
  const even = Math.ceil(seen / (32 * splits.evenSplits)) * 32;
  const length = Math.min(Math.max(even, splits.shortest), MAX_KV_SPLIT);
  return Math.ceil(seen / length);
}
