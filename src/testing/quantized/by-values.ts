// FP8 and bitsandbytes: a byte or half a byte for each value, in the order of the weight.
import { bytes, bytesOfNibbles, e4m3, floats } from './bits';
import { compressed } from './by-rows';
import { type Dice, type Kind, made, type Module, type Part, valuesOf } from './maker';
import type { StoredTensor } from '../safetensors-file';

const { fround } = Math;
/** Sizes that blocks of 16 by 32 do not divide, and rows in which blocks of 64 end. */
const ODD: readonly Module[] = [
  { name: 'model.layers.0.self_attn.q_proj', rows: 40, cols: 80 },
  { name: 'model.layers.0.mlp.down_proj', rows: 9, cols: 45 },
];

export interface Fp8Shape {
  /** Rows and columns of a block, or how else scales lie. */
  readonly scales: readonly [number, number] | 'tensor' | 'scalar' | 'channel';
  readonly ending: '_scale' | '_scale_inv';
  /** Scales are powers of two, a byte each. */
  readonly powers?: boolean;
}

export function fp8Part(module: Module, dice: Dice, { scales: lie, ending, powers }: Fp8Shape): Part {
  const { name, rows, cols } = module;
  const [blockRows, blockCols] = typeof lie === 'object' ? lie : lie === 'channel' ? [1, cols] : [rows, cols];
  const [down, across] = [Math.ceil(rows / blockRows), Math.ceil(cols / blockCols)];
  const codes = dice.codes(rows, cols, 254).map((row) => row.map((q) => (q >= 127 ? q + 1 : q)));
  const exponents = dice.codes(down, across, 30);
  const scales = exponents.map((row) => row.map((e) => (powers ? 2 ** (e - 27) : fround(dice.scale() / 3))));
  const shape = lie === 'tensor' ? [1] : lie === 'scalar' ? [] : [down, across];
  return {
    tensors: [
      bytes(`${name}.weight`, [rows, cols], 'F8_E4M3', codes.flat()),
      powers
        ? bytes(
            `${name}.weight${ending}`,
            shape,
            'F8_E8M0',
            exponents.flat().map((e) => e + 100),
          )
        : floats(`${name}.weight${ending}`, shape, 'F32', scales.flat()),
      floats(`${name}.input_scale`, [], 'F32', [1]),
    ],
    values: valuesOf(
      module,
      (r, c) => e4m3(codes[r]![c]!) * scales[Math.floor(r / blockRows)]![Math.floor(c / blockCols)]!,
    ),
  };
}

export interface FourBitShape {
  readonly kind: 'nf4' | 'fp4';
  readonly nested: boolean;
  /** Type of the tensor that the bytes are kept in. */
  readonly storage: 'U8' | 'BF16' | 'F32';
  readonly block: number;
}

export function fourBitPart(module: Module, dice: Dice, shape: FourBitShape): Part {
  const { rows, cols } = module;
  const weight = `${module.name}.weight`;
  const count = rows * cols;
  const codes = dice.list(count, () => dice.below(16));
  const blocks = Math.ceil(count / shape.block);
  // Any table will do: a reader takes the one of the file.
  const map = dice.list(16, (i) => fround((i - 7.3) / 9));
  const nestedMap = dice.list(256, (i) => fround((i - 128) / 129));
  const bytesOfScales = dice.list(blocks, () => dice.below(256));
  const nestedSize = 8;
  const outer = dice.list(Math.ceil(blocks / nestedSize), () => fround(0.1 + dice.below(100) / 77));
  const offset = fround(0.5305201411247253);
  const absmax = dice.list(blocks, (b) =>
    shape.nested
      ? fround(fround(nestedMap[bytesOfScales[b]!]! * outer[Math.floor(b / nestedSize)]!) + offset)
      : fround(0.2 + dice.below(100) / 33),
  );
  const packed = bytesOfNibbles(codes, true);
  const each = { U8: 1, BF16: 2, F32: 4 }[shape.storage];
  const state = {
    quant_type: shape.kind,
    blocksize: shape.block,
    dtype: 'bfloat16',
    shape: [rows, cols],
    ...(shape.nested ? { nested_blocksize: nestedSize, nested_dtype: 'float32', nested_offset: offset } : {}),
  };
  const scales: StoredTensor[] = shape.nested
    ? [
        bytes(`${weight}.absmax`, [blocks], 'U8', bytesOfScales),
        floats(`${weight}.nested_quant_map`, [256], 'F32', nestedMap),
        floats(`${weight}.nested_absmax`, [outer.length], 'F32', outer),
      ]
    : [floats(`${weight}.absmax`, [blocks], 'F32', absmax)];
  const json = Buffer.from(JSON.stringify(state));
  return {
    tensors: [
      { name: weight, shape: [packed.length / each, 1], dtype: shape.storage, bytes: packed },
      floats(`${weight}.quant_map`, [16], 'F32', map),
      bytes(`${weight}.quant_state.bitsandbytes__${shape.kind}`, [json.length], 'U8', json),
      ...scales,
    ],
    values: Float32Array.from(codes, (code, i) => map[code]! * absmax[Math.floor(i / shape.block)]!),
  };
}

export function int8Part(module: Module, dice: Dice): Part {
  const { name, rows, cols } = module;
  const codes = dice.codes(rows, cols, 255).map((row) => row.map((q) => q - 127));
  const largest = dice.list(rows, () => fround(0.2 + dice.below(100) / 33));
  const step = fround(7.874015718698502e-3);
  return {
    tensors: [
      bytes(`${name}.weight`, [rows, cols], 'I8', codes.flat()),
      floats(`${name}.SCB`, [rows], 'F32', largest),
      bytes(`${name}.weight_format`, [], 'U8', [0]),
    ],
    values: valuesOf(module, (r, c) => fround(fround(codes[r]![c]! * largest[r]!) * step)),
  };
}

type Json = Record<string, unknown>;
const fp8Kind = (
  name: string,
  level: string,
  shape: Fp8Shape,
  config: Json,
  files?: Record<string, Json>,
): Kind => ({
  name,
  level,
  modules: ODD,
  make: (of) => made(of, (m, dice) => fp8Part(m, dice, shape), config, files),
});
const bitsKind = (
  name: string,
  shape: FourBitShape,
  config: Json = { quant_method: 'bitsandbytes' },
): Kind => ({
  name: `bitsandbytes ${name}`,
  level: shape.kind.toUpperCase(),
  modules: shape.storage === 'U8' ? ODD : [{ name: 'model.layers.0.self_attn.q_proj', rows: 40, cols: 80 }],
  make: (of) =>
    made(of, (m, dice) => fourBitPart(m, dice, shape), {
      quantization_config: { load_in_4bit: true, bnb_4bit_quant_type: shape.kind, ...config },
    }),
});
const floats8 = (weights: Json) =>
  compressed('float-quantized', [
    { targets: ['Linear'], weights: { num_bits: 8, type: 'float', symmetric: true, ...weights } },
  ]);

export const valueKinds: readonly Kind[] = [
  fp8Kind(
    'fp8 in blocks, partial ones at the edges',
    'FP8 E4M3, blocks of 16x32',
    { scales: [16, 32], ending: '_scale_inv' },
    { quantization_config: { quant_method: 'fp8', fmt: 'e4m3', weight_block_size: [16, 32] } },
  ),
  fp8Kind(
    'fp8 in blocks, scales of powers of two',
    'FP8 E4M3, blocks of 16x32',
    { scales: [16, 32], ending: '_scale_inv', powers: true },
    { quantization_config: { quant_method: 'fp8', scale_fmt: 'ue8m0', weight_block_size: [16, 32] } },
  ),
  fp8Kind(
    'fp8 static',
    'FP8 E4M3, by tensor',
    { scales: 'tensor', ending: '_scale' },
    { quantization_config: { quant_method: 'fp8', activation_scheme: 'static' } },
  ),
  fp8Kind(
    'fp8 by rows',
    'FP8 E4M3, by channel',
    { scales: 'channel', ending: '_scale' },
    { quantization_config: { quant_method: 'fbgemm_fp8', activation_scale_ub: 1200 } },
  ),
  fp8Kind('fp8 that nothing announces', 'FP8 E4M3, by tensor', { scales: 'scalar', ending: '_scale' }, {}),
  fp8Kind(
    'modelopt fp8',
    'ModelOpt FP8 E4M3, by tensor',
    { scales: 'scalar', ending: '_scale' },
    { quantization_config: { quant_method: 'modelopt', quant_algo: 'FP8' } },
  ),
  fp8Kind(
    'compressed-tensors float8 by tensor',
    'compressed-tensors FP8 E4M3, by tensor',
    { scales: 'tensor', ending: '_scale' },
    floats8({ strategy: 'tensor' }),
  ),
  fp8Kind(
    'compressed-tensors float8 by channel',
    'compressed-tensors FP8 E4M3, by channel',
    { scales: 'channel', ending: '_scale' },
    floats8({ strategy: 'channel' }),
  ),
  fp8Kind(
    'compressed-tensors float8 in blocks',
    'compressed-tensors FP8 E4M3, blocks of 16x32',
    { scales: [16, 32], ending: '_scale' },
    floats8({ strategy: 'block', block_structure: [16, 32] }),
  ),
  bitsKind('nf4', { kind: 'nf4', nested: false, storage: 'U8', block: 64 }),
  bitsKind('nf4, nested', { kind: 'nf4', nested: true, storage: 'U8', block: 64 }),
  bitsKind('fp4, nested, in bfloat16', { kind: 'fp4', nested: true, storage: 'BF16', block: 64 }),
  bitsKind('nf4 in float32', { kind: 'nf4', nested: false, storage: 'F32', block: 128 }, {}),
  {
    name: 'bitsandbytes LLM.int8',
    level: 'LLM.int8',
    modules: ODD,
    make: (of) =>
      made(of, int8Part, { quantization_config: { quant_method: 'bitsandbytes', load_in_8bit: true } }),
  },
];
