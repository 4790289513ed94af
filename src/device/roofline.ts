import { kvLayout, type KvType } from '../model/kv-cache';
import type { Hyperparameters } from '../model/hyperparameters';
import type { Plan } from '../model/plan';
import type { Roofline } from './probe';

/** Upper bound of the decode speed of a level, in tokens per second. */
export interface SpeedBound {
  /** Bound by memory bandwidth alone. */
  readonly byBytes: number;
  /** Bound by dispatch overhead alone. */
  readonly byDispatches: number;
  /** The lower of the two. */
  readonly binds: 'bytes' | 'dispatches';
  readonly bytesPerToken: number;
  readonly dispatchesPerToken: number;
}

/**
 * Bytes read per decoded token: every matrix once (of experts, the used fraction; not an untied embedding), and the KV
 * cache of `positions`.
 */
export function bytesPerToken(plan: Plan, h: Hyperparameters, kvType: KvType, positions: number): number {
  const hasHead = plan.tensors.some((t) => t.name === 'output.weight');
  let sum = 0;
  for (const { name, shape, sizeBytes } of plan.tensors) {
    if (shape.length < 2 || name === 'position_embd.weight') continue;
    if (name === 'token_embd.weight' && hasHead) continue;
    sum += /_exps\.weight$/.test(name) ? (sizeBytes * h.expertsUsed) / h.experts : sizeBytes;
  }
  const { keyBytes, valueBytes } = kvLayout(kvType, h, 32);
  return sum + (h.layers * (keyBytes + valueBytes) * positions) / 32;
}

/** Applies a device's roofline to a level. */
export function rooflineOf(
  roofline: Roofline,
  plan: Plan,
  h: Hyperparameters,
  at: { readonly kvType: KvType; readonly positions: number; readonly dispatches: number },
): SpeedBound {
  const bytes = bytesPerToken(plan, h, at.kvType, at.positions);
  const byBytes = roofline.readBytesPerSecond / bytes;
  const byDispatches = 1000 / (at.dispatches * roofline.dispatchMs);
  return {
    byBytes,
    byDispatches,
    binds: byBytes < byDispatches ? 'bytes' : 'dispatches',
    bytesPerToken: bytes,
    dispatchesPerToken: at.dispatches,
  };
}
