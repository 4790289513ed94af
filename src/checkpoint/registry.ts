import { isRecord } from '../files/json';
import type { TensorSource } from '../files/model-file';
import type { SafeTensor } from '../files/safetensors/read';
import { UnsupportedError } from '../util/errors';
import { shownValue } from '../util/foreign-text';
import { autoRound } from './auto-round/auto-round';
import { awq } from './awq/awq';
import { bitsandbytes } from './bitsandbytes/bitsandbytes';
import { compressedTensors } from './compressed-tensors/compressed-tensors';
import { fp8, unannounced } from './fp8/fp8';
import { gptq } from './gptq/gptq';
import type { Folder, Method } from './method';
import { mlx } from './mlx/mlx';
import { modelopt } from './modelopt/modelopt';
import { Settings } from './parts/settings';
import { FLOATS8, Stored } from './parts/stored';

/** Every method that can be read. */
export const methods: readonly Method[] = [
  gptq,
  awq,
  compressedTensors,
  fp8,
  bitsandbytes,
  mlx,
  autoRound,
  modelopt,
];

interface Found {
  readonly method: Method;
  readonly settings: Settings;
}

/** Scales of activations and KV caches, which weights do not need. */
const OF_ACTIVATIONS = [
  '.input_scale',
  '.output_scale',
  '.activation_scale',
  '.k_scale',
  '.v_scale',
  '.q_scale',
  '.input_zero_point',
  '.input_global_scale',
];

/** The method that config.json names, or else the one that knows the folder of an older producer. */
async function findMethod(folder: Folder, tensors: readonly SafeTensor[]): Promise<Found | undefined> {
  const { label, config } = folder;
  const stated = config.quantization_config;
  const named = isRecord(stated) ? (stated.quant_method ?? stated.method) : undefined;
  if (isRecord(stated) && named !== undefined && named !== null) {
    const name = shownValue(named).toLowerCase();
    const method = methods.find(({ names }) => names.includes(name));
    if (method)
      return { method, settings: new Settings(stated, `${label}: config.json: quantization_config`) };
    throw new UnsupportedError(
      `${label}: config.json says quant_method "${shownValue(named)}", which cannot be read (known: ${methods.flatMap((m) => m.names).join(', ')}).`,
      'Take the checkpoint that it was made from, or one that another quantizer made.',
    );
  }
  for (const method of methods) {
    const settings = await method.find?.(folder);
    if (settings) return { method, settings };
  }
  if (tensors.some((t) => FLOATS8.includes(t.dtype))) return { method: fp8, settings: unannounced(label) };
  return undefined;
}

/** The tensors of a checkpoint with its quantized weights as float32, decoded as they are read. */
export interface Dequantized {
  readonly tensors: TensorSource[];
  /** The level of the quantized weights in words; undefined where there are none. */
  readonly level: string | undefined;
}

/** Throws FileError for what does not fit together, and UnsupportedError for what is not read, both by name. */
export async function dequantized(tensors: readonly SafeTensor[], folder: Folder): Promise<Dequantized> {
  const stored = new Stored(tensors, folder.label);
  const found = await findMethod(folder, tensors);
  stored.leaveOut(OF_ACTIVATIONS);
  const level = await found?.method.read(stored, found.settings);
  // Settings may stand beside weights that nobody quantized.
  return { tensors: stored.rest(), level: stored.hasMade ? level : undefined };
}
