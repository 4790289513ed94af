import { kvLayout, type KvType } from '../model/kv-cache';
import type { Hyperparameters } from '../model/hyperparameters';
import type { Plan } from '../model/plan';
import type { Roofline } from './probe';

/** The speed that a device allows a level, and why. */
export interface SpeedBound {
  /** If only memory took time. */
  readonly byBytes: number;
  /** If only dispatches did. */
  readonly byDispatches: number;
  /** Which of the two is the lower. */
  readonly binds: 'bytes' | 'dispatches';
  readonly bytesPerToken: number;
  readonly dispatchesPerToken: number;
}

/**
 * Bytes that a token reads at least: every matrix once (of experts, those that work; of an embedding that is not the head,
 * nothing), and the keys and values of the text so far.
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

/** What the device's roofline comes to for a level, in tokens a second. */
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
