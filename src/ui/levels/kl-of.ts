import type { Candidate } from '../../store/results/advice-types';
import { lossOf } from '../../store/results/loss';

/** Loss of a level in nats, measured or expected; null where neither is known. */
export const klOf = ({ measured, expected }: Candidate): number | null =>
  measured ? lossOf(measured).kl : (expected?.kl ?? null);
