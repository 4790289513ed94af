// Readers of checkpoints of other quantizers: rate and memory over a weight of 11008 x 4096, read in slices of 16 MiB of
// float32 as the GPU takes them. Bytes come from memory, so the rate is of decoding alone. Memory is what is live while a file
// is being read and after each slice, above what there was before: stripes, planes, scales and two slices, one of which is read ahead.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { dequantized } from '../src/checkpoint/registry';
import { ggmlTypeByLabel } from '../src/files/ggml-types';
import type { TensorSource } from '../src/files/model-file';
import { wholePlanes } from '../src/files/packed-rows';
import type { SafeTensor } from '../src/files/safetensors/read';
import { seededRandom } from '../src/util/random';

type Json = Record<string, unknown>;
/** Name, shape, type in the file, type that is as wide. */
type Row = readonly [name: string, shape: readonly number[], dtype: string, as: string];

const [OUT, IN] = [11008, 4096];
const SLICE_WEIGHTS = 4 << 20;

const linear = 'model.layers.0.mlp.up_proj';
const group = (g: number) => IN / g;
const gptq = (bits: number, order: boolean): Row[] => [
  [`${linear}.qweight`, [(IN * bits) / 32, OUT], 'I32', 'I32'],
  [`${linear}.qzeros`, [group(128), (OUT * bits) / 32], 'I32', 'I32'],
  [`${linear}.scales`, [group(128), OUT], 'F16', 'F16'],
  ...(order ? ([[`${linear}.g_idx`, [IN], 'I32', 'I32']] as const) : []),
];
const compressed = (weights: Json, format: string): Json => ({
  quantization_config: {
    quant_method: 'compressed-tensors',
    format,
    config_groups: { group_0: { targets: ['Linear'], weights } },
  },
});
const mlx = (bits: number, mode = 'affine', g = 64): readonly [Json, Row[]] => [
  { quantization: { bits, group_size: g, mode } },
  [
    [`${linear}.weight`, [OUT, (IN * bits) / 32], 'U32', 'I32'],
    ...(mode === 'affine' ? ['scales', 'biases'] : ['scales']).map((name): Row => {
      const type = mode === 'affine' ? 'F16' : 'U8';
      return [`${linear}.${name}`, [OUT, group(g)], type, type === 'U8' ? 'I8' : type];
    }),
  ],
];
const state = JSON.stringify({ shape: [OUT, IN], blocksize: 64, nested_blocksize: 256, nested_offset: 0.5 });

const cases: Readonly<Record<string, readonly [config: Json, rows: readonly Row[]]>> = {
  'GPTQ 4-bit': [{ quantization_config: { quant_method: 'gptq', bits: 4, group_size: 128 } }, gptq(4, false)],
  'GPTQ 3-bit, act-order': [
    { quantization_config: { quant_method: 'gptq', bits: 3, group_size: 128, desc_act: true } },
    gptq(3, true),
  ],
  AWQ: [
    { quantization_config: { quant_method: 'awq', bits: 4, group_size: 128 } },
    [
      [`${linear}.qweight`, [IN, OUT / 8], 'I32', 'I32'],
      [`${linear}.qzeros`, [group(128), OUT / 8], 'I32', 'I32'],
      [`${linear}.scales`, [group(128), OUT], 'F16', 'F16'],
    ],
  ],
  'compressed-tensors INT4': [
    compressed({ num_bits: 4, type: 'int', strategy: 'group', group_size: 128 }, 'pack-quantized'),
    [
      [`${linear}.weight_packed`, [OUT, IN / 8], 'I32', 'I32'],
      [`${linear}.weight_scale`, [OUT, group(128)], 'F16', 'F16'],
    ],
  ],
  'compressed-tensors NVFP4': [
    compressed(
      { num_bits: 4, type: 'float', strategy: 'tensor_group', group_size: 16 },
      'nvfp4-pack-quantized',
    ),
    [
      [`${linear}.weight_packed`, [OUT, IN / 2], 'U8', 'I8'],
      [`${linear}.weight_scale`, [OUT, group(16)], 'F8_E4M3', 'I8'],
      [`${linear}.weight_global_scale`, [1], 'F32', 'F32'],
    ],
  ],
  'FP8 in blocks': [
    { quantization_config: { quant_method: 'fp8', weight_block_size: [128, 128] } },
    [
      [`${linear}.weight`, [OUT, IN], 'F8_E4M3', 'I8'],
      [`${linear}.weight_scale_inv`, [OUT / 128, IN / 128], 'F32', 'F32'],
    ],
  ],
  'NF4, nested': [
    { quantization_config: { quant_method: 'bitsandbytes' } },
    [
      [`${linear}.weight`, [(OUT * IN) / 2, 1], 'U8', 'I8'],
      [`${linear}.weight.absmax`, [(OUT * IN) / 64], 'U8', 'I8'],
      [`${linear}.weight.quant_map`, [16], 'F32', 'F32'],
      [`${linear}.weight.nested_quant_map`, [256], 'F32', 'F32'],
      [`${linear}.weight.nested_absmax`, [(OUT * IN) / 64 / 256], 'F32', 'F32'],
      [`${linear}.weight.quant_state.bitsandbytes__nf4`, [state.length], 'U8', 'I8'],
    ],
  ],
  'LLM.int8': [
    { quantization_config: { quant_method: 'bitsandbytes' } },
    [
      [`${linear}.weight`, [OUT, IN], 'I8', 'I8'],
      [`${linear}.SCB`, [OUT], 'F32', 'F32'],
    ],
  ],
  'MLX 4-bit': mlx(4),
  'MLX 6-bit': mlx(6),
  'MLX MXFP4': mlx(4, 'mxfp4', 32),
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const liveBytes = (): number => {
  // Twice: what buffers held is freed after the objects that were theirs.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const next = seededRandom(1);
// Small bytes, so that floats are numbers and groups are there.
const pool = Uint8Array.from({ length: 1 << 20 }, () => Math.floor(next() * 32));

interface Seen {
  readonly watch: boolean;
  reads: number;
  bytes: number;
  peak: number;
}

/** A tensor whose bytes are made as they are read. */
function madeUp([name, shape, dtype, as]: Row, seen: Seen): SafeTensor {
  const type = ggmlTypeByLabel(as);
  const sizeBytes = shape.reduce((n, d) => n * d, 1) * type.blockBytes;
  const read = async (start: number, end: number) => {
    const out = new Uint8Array(end - start);
    if (name.includes('quant_state')) out.set(Buffer.from(state).subarray(start, end));
    else if (!name.endsWith('g_idx'))
      for (let at = 0; at < out.length; at += pool.length)
        out.set(pool.subarray(0, Math.min(pool.length, out.length - at)), at);
    seen.reads++;
    seen.bytes += out.length;
    if (seen.watch) seen.peak = Math.max(seen.peak, liveBytes());
    return out;
  };
  return { name, shape, dtype, type, sizeBytes, read };
}

async function weightOf(name: string, seen: Seen): Promise<TensorSource> {
  const [config, rows] = cases[name]!;
  const { tensors } = await dequantized(
    rows.map((row) => madeUp(row, seen)),
    { label: name, config, json: () => Promise.resolve(undefined) },
  );
  return tensors[0]!;
}

/** Reads all slices, and holds the one before as the pipeline does. */
async function readAll(weight: TensorSource, seen: Seen, packed: boolean): Promise<number> {
  const started = performance.now();
  let held: unknown;
  const rows = Math.floor(SLICE_WEIGHTS / IN);
  for (let row = 0; row < OUT; row += rows) {
    const to = Math.min(OUT, row + rows);
    const slice = packed
      ? await wholePlanes(weight.packed!, (row * IN) / weight.packed!.piece, (to * IN) / weight.packed!.piece)
      : await weight.read(row * IN * 4, to * IN * 4);
    if (seen.watch) seen.peak = Math.max(seen.peak, liveBytes() + (held === slice ? 1 : 0));
    held = slice;
  }
  return performance.now() - started;
}

/** Prints a row for each method. */
export async function benchReaders(print: (line: string) => void): Promise<void> {
  print(`one weight of ${OUT} x ${IN} in slices of 16 MiB of float32; files in memory\n`);
  print('| method | packed MB | reads | MB read | float32: M weights/s | planes: M weights/s | peak MiB |');
  print('|---|---|---|---|---|---|---|');
  const wanted = process.env.METHODS?.split(',');
  for (const name of Object.keys(cases).filter((n) => wanted?.includes(n) ?? true)) {
    const counted: Seen = { watch: false, reads: 0, bytes: 0, peak: 0 };
    const weight = await weightOf(name, counted);
    const packedMb = cases[name]![1].reduce((n, row) => n + madeUp(row, counted).sizeBytes, 0) / 1e6;
    await readAll(weight, { ...counted }, false);
    Object.assign(counted, { reads: 0, bytes: 0 });
    const floatMs = await readAll(weight, counted, false);
    const { reads, bytes } = counted;
    const planesMs = await readAll(weight, counted, true);
    const before = liveBytes();
    const watched: Seen = { watch: true, reads: 0, bytes: 0, peak: 0 };
    await readAll(await weightOf(name, watched), watched, false);
    const rate = (ms: number) => ((OUT * IN) / 1e3 / ms).toFixed(0);
    const peak = ((watched.peak - before) / 2 ** 20).toFixed(1);
    print(
      `| ${[name, packedMb.toFixed(1), reads, (bytes / 1e6).toFixed(1), rate(floatMs), rate(planesMs), peak].join(' | ')} |`,
    );
  }
  print('');
}
