import { memorySource } from '../../files/byte-source';
import { readSafetensors, type SafeTensor } from '../../files/safetensors/read';
import { checkpointFiles } from '../checkpoints';
import {
  floatTensor,
  jsonFile,
  type NamedBytes,
  safetensorsFile,
  type StoredTensor,
} from '../safetensors-file';
import { quantizedKinds } from './kinds';

/** Matrices that each method quantizes: MLX the embedding and the head, too. */
const isQuantized = (kind: string, t: SafeTensor): boolean =>
  t.shape.length === 2 && (kind.startsWith('mlx') || /self_attn|mlp|experts/.test(t.name));

/** A seeded checkpoint twice: with codes, and with the float32 values that they mean. */
export async function quantizedTwins(architecture: string, kindName: string) {
  const kind = quantizedKinds.find((k) => k.name === kindName)!;
  const files = checkpointFiles(architecture, 'tiny');
  const weights = files.find((f) => f.path.endsWith('.safetensors'))!;
  const all = await readSafetensors(memorySource(weights.path, weights.bytes));
  // Routers stay as they are, and what overrides leave out.
  const chosen = all.filter((t) => isQuantized(kindName, t) && !/\.(gate|v_proj)\.weight$/.test(t.name));
  const made = kind.make(
    chosen.map((t) => ({ name: t.name.replace(/\.weight$/, ''), rows: t.shape[0]!, cols: t.shape[1]! })),
  );
  const kept: StoredTensor[] = await Promise.all(
    all
      .filter((t) => !chosen.includes(t))
      .map(async (t) => ({
        name: t.name,
        shape: t.shape,
        dtype: t.dtype,
        bytes: await t.read(0, t.sizeBytes),
      })),
  );
  const floats = chosen.map((t) =>
    floatTensor(t.name, t.shape, 'F32', made.expected.get(t.name) as Float32Array<ArrayBuffer>),
  );
  const config = JSON.parse(
    new TextDecoder().decode(files.find((f) => f.path.endsWith('/config.json'))!.bytes),
  ) as object;
  const others = files.filter((f) => f !== weights && !f.path.endsWith('/config.json'));
  const folder = (tensors: readonly StoredTensor[], more: object): NamedBytes[] => [
    safetensorsFile(weights.path, tensors),
    jsonFile('tiny/config.json', { ...config, ...more }),
    ...others,
  ];
  const extra = Object.entries(made.files ?? {}).map(([name, json]) => jsonFile(`tiny/${name}`, json));
  return {
    packed: [...folder([...kept, ...made.tensors], made.config), ...extra],
    plain: folder([...kept, ...floats], {}),
    level: kind.level,
  };
}
