// Checks of what files and storage say of sampling.
import type { Sampling } from './conversation';

/** The least and the most of each setting. */
export const samplingBounds: Readonly<
  Record<keyof Sampling, { readonly min: number; readonly max: number; readonly isWhole: boolean }>
> = {
  temperature: { min: 0, max: 5, isWhole: false },
  topK: { min: 0, max: 1_000_000, isWhole: true },
  topP: { min: 0, max: 1, isWhole: false },
  minP: { min: 0, max: 1, isWhole: false },
  seed: { min: 0, max: 4_294_967_295, isWhole: true },
  maxTokens: { min: 1, max: 131_072, isWhole: true },
  repeatLastN: { min: -1, max: 131_072, isWhole: true },
  repeatPenalty: { min: 0.01, max: 10, isWhole: false },
  frequencyPenalty: { min: -10, max: 10, isWhole: false },
  presencePenalty: { min: -10, max: 10, isWhole: false },
};
const OPTIONAL: readonly string[] = [
  'repeatLastN',
  'repeatPenalty',
  'frequencyPenalty',
  'presencePenalty',
] satisfies (keyof Sampling)[];

/** The defect of a setting; undefined where there is none. */
export function wrongSampling(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is no object';
  for (const [key, { min, max, isWhole }] of Object.entries(samplingBounds)) {
    const found: unknown = (value as Record<string, unknown>)[key];
    if (found === undefined && OPTIONAL.includes(key)) continue;
    if (typeof found !== 'number' || !(found >= min && found <= max) || (isWhole && !Number.isInteger(found)))
      return `has ${key} ${JSON.stringify(found)}, expected ${isWhole ? 'a whole number' : 'a number'} from ${min} to ${max}`;
  }
  return undefined;
}
export const isSampling = (value: unknown): value is Sampling => wrongSampling(value) === undefined;
