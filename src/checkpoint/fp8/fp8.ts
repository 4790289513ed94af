// 8-bit floats as DeepSeek, Qwen and vLLM store them ("fp8"), and Llama 3.1 405B ("fbgemm_fp8"):
//   weight            F8_E4M3 or F8_E5M2 [out, in]
//   weight_scale_inv  a factor (a float, or a power of two in F8_E8M0), despite its name, for each block of weight_block_size, partial ones at the edges included
//   weight_scale      a factor for the tensor or for each row
// weight = code * factor. input_scale and the like are of activations.
// Sources: OCP 8-bit Floating Point; the weights of DeepSeek-V3; vLLM, quantization/fp8.py.
import type { Method } from '../method';
import { Settings } from '../parts/settings';
import { FLOATS8, type Stored } from '../parts/stored';
import { type Block, scaledWeight, scaleOf } from './scaled';

/** Rows and columns of `weight_block_size`. */
export function blockOf(settings: Settings, key: string): Block | undefined {
  const given: unknown = settings.json[key];
  if (given === undefined || given === null) return undefined;
  const [rows, cols] = Array.isArray(given) ? (given as unknown[]) : [];
  const isCount = (n: unknown): n is number => typeof n === 'number' && Number.isInteger(n) && n > 0;
  if (isCount(rows) && isCount(cols)) return { rows, cols };
  throw settings.wrong(key, 'counts of rows and columns');
}

/** Puts the weight in the place of its codes. Returns the level in words. */
export function fp8Weight(stored: Stored, name: string, given: Block | undefined): string {
  const weight = stored.take(name, name, { dtypes: FLOATS8 });
  const scaled =
    scaleOf(stored, weight, `${name}_scale_inv`, given) ?? scaleOf(stored, weight, `${name}_scale`, given);
  scaledWeight(stored, weight, scaled);
  const kind = weight.dtype === 'F8_E5M2' ? 'FP8 E5M2' : 'FP8 E4M3';
  return scaled ? `${kind}, ${scaled.spread}` : kind;
}

async function read(stored: Stored, settings: Settings): Promise<string> {
  const given = blockOf(settings, 'weight_block_size');
  const weights = stored.tensors.filter((t) => FLOATS8.includes(t.dtype));
  const levels = weights.map(({ name }) => fp8Weight(stored, name, given));
  return levels[0] ?? 'FP8';
}

export const fp8: Method = { names: ['fp8', 'fbgemm_fp8'], read };

/** Settings of a checkpoint whose 8-bit floats nothing announces. */
export const unannounced = (label: string): Settings => new Settings({}, `${label}: config.json`);
