import { columnKinds } from './by-columns';
import { rowKinds } from './by-rows';
import { valueKinds } from './by-values';
import type { Kind } from './maker';

/** Checkpoints of every method that can be read, made by writers that share no code with the readers. */
export const quantizedKinds: readonly Kind[] = [...columnKinds, ...rowKinds, ...valueKinds];
