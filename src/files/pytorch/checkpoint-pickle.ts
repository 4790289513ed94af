import { unpickle } from './pickle/read';
import type { Pickle, PickleOptions } from './pickle/values';
import { MAKERS, storageOf } from './storage';

/** A tensor takes some 200 bytes of it. */
export const MAX_PICKLE = 32 << 20;

/** A pickle of a checkpoint: tensors, and plain values. */
export const unpickleCheckpoint = (
  bytes: Uint8Array<ArrayBuffer>,
  label: string,
  makers: typeof MAKERS = MAKERS,
  persistent: NonNullable<PickleOptions['persistent']> = storageOf,
): Pickle => unpickle(bytes, { label, makers, persistent });
