// compressed-tensors and MLX: packed along the rows.
import { bytes, bytesOfNibbles, e2m1, e4m3, floats, transposed, words, wordsOfCodes } from './bits';
import { type Dice, type Kind, made, type Module, type Part, valuesOf } from './maker';

const { fround } = Math;
const MODULES: readonly Module[] = [
  { name: 'model.layers.0.self_attn.q_proj', rows: 64, cols: 64 },
  { name: 'model.layers.0.mlp.down_proj', rows: 40, cols: 96 },
];
/** Rows and columns that fill no word and no block. */
const ODD: readonly Module[] = [
  { name: 'model.layers.0.self_attn.q_proj', rows: 13, cols: 21 },
  { name: 'model.layers.0.mlp.down_proj', rows: 7, cols: 50 },
];

interface Integers {
  readonly bits: 4 | 8;
  /** Inputs of a group; -1 for all. */
  readonly group: number;
  readonly asymmetric?: boolean;
  readonly order?: boolean;
  readonly plain?: boolean;
  readonly oneScale?: boolean;
}

export function integerPart(module: Module, dice: Dice, kind: Integers): Part {
  const { name, rows, cols } = module;
  const { bits } = kind;
  const size = kind.group === -1 ? cols : kind.group;
  const groups = Math.ceil(cols / size);
  const middle = 2 ** (bits - 1);
  const signed = dice.codes(rows, cols, 2 ** bits).map((row) => row.map((q) => q - middle));
  const scales = kind.oneScale ? [[dice.scale()]] : dice.scales(rows, groups);
  const zeros = dice
    .codes(rows, groups, 2 ** bits)
    .map((row) => row.map((z) => (kind.asymmetric ? z - middle : 0)));
  const groupOf = dice.list(cols, (c) => Math.floor((kind.order ? (c * 29 + 3) % cols : c) / size));
  const offset = (row: readonly number[]) => row.map((q) => q + middle);
  const streams = signed.map((row) => wordsOfCodes(offset(row), bits));
  const zeroStreams = transposed(zeros).map((column) => wordsOfCodes(offset(column), bits));
  return {
    tensors: [
      ...(kind.plain
        ? [bytes(`${name}.weight`, [rows, cols], 'I8', signed.flat())]
        : [
            words(`${name}.weight_packed`, [rows, streams[0]!.length], streams.flat()),
            words(`${name}.weight_shape`, [2], [rows, 0, cols, 0], 'I64'),
          ]),
      floats(`${name}.weight_scale`, kind.oneScale ? [1] : [rows, groups], 'BF16', scales.flat()),
      ...(!kind.asymmetric
        ? []
        : kind.plain
          ? [bytes(`${name}.weight_zero_point`, [rows, groups], 'I8', zeros.flat())]
          : [
              words(
                `${name}.weight_zero_point`,
                [zeroStreams[0]!.length, groups],
                transposed(zeroStreams).flat(),
              ),
            ]),
      ...(kind.order ? [words(`${name}.weight_g_idx`, [cols], groupOf)] : []),
    ],
    values: valuesOf(
      module,
      (r, c) =>
        (kind.oneScale ? scales[0]![0]! : scales[r]![groupOf[c]!]!) *
        (signed[r]![c]! - zeros[r]![groupOf[c]!]!),
    ),
  };
}

export function fourBitFloats(module: Module, dice: Dice, kind: 'mxfp4' | 'nvfp4' | 'modelopt'): Part {
  const { name, rows, cols } = module;
  const size = kind === 'mxfp4' ? 32 : 16;
  const codes = dice.codes(rows, cols, 16);
  const scales = dice
    .codes(rows, cols / size, kind === 'mxfp4' ? 40 : 126)
    .map((r) => r.map((s) => (kind === 'mxfp4' ? s + 100 : s)));
  const whole = fround(kind === 'nvfp4' ? 843.2941284179688 : 0.0013417);
  const packed = bytesOfNibbles(codes.flat(), false);
  const scaleOf = (code: number) =>
    kind === 'mxfp4'
      ? 2 ** (code - 127)
      : kind === 'nvfp4'
        ? fround(e4m3(code) / whole)
        : fround(e4m3(code) * whole);
  const shape = [rows, cols / size];
  return {
    tensors:
      kind === 'modelopt'
        ? [
            bytes(`${name}.weight`, [rows, cols / 2], 'U8', packed),
            bytes(`${name}.weight_scale`, shape, 'F8_E4M3', scales.flat()),
            floats(`${name}.weight_scale_2`, [], 'F32', [whole]),
            floats(`${name}.input_scale`, [], 'F32', [1]),
          ]
        : [
            bytes(`${name}.weight_packed`, [rows, cols / 2], 'U8', packed),
            bytes(`${name}.weight_scale`, shape, kind === 'mxfp4' ? 'U8' : 'F8_E4M3', scales.flat()),
            ...(kind === 'nvfp4' ? [floats(`${name}.weight_global_scale`, [1], 'F32', [whole])] : []),
          ],
    values: valuesOf(module, (r, c) => e2m1(codes[r]![c]!) * scaleOf(scales[r]![Math.floor(c / size)]!)),
  };
}

export interface MlxShape {
  readonly mode?: 'affine' | 'mxfp4' | 'mxfp8' | 'nvfp4';
  readonly bits: number;
  readonly group: number;
  readonly dtype?: 'BF16' | 'F16';
}

export function mlxPart(
  module: Module,
  dice: Dice,
  { mode = 'affine', bits, group, dtype = 'BF16' }: MlxShape,
): Part {
  const { name, rows, cols } = module;
  const codes = dice.codes(rows, cols, mode === 'mxfp8' ? 127 : 2 ** bits);
  const groups = cols / group;
  const at = (c: number) => Math.floor(c / group);
  const streams = codes.map((row) => wordsOfCodes(row, bits));
  const weight = words(`${name}.weight`, [rows, streams[0]!.length], streams.flat(), 'U32');
  if (mode === 'affine') {
    const scales = dice.scales(rows, groups).map((row) => row.map((s) => (dice.below(2) ? s : -s)));
    const biases = dice.scales(rows, groups).map((row) => row.map((s) => -s * 8));
    return {
      tensors: [
        weight,
        floats(`${name}.scales`, [rows, groups], dtype, scales.flat()),
        floats(`${name}.biases`, [rows, groups], dtype, biases.flat()),
      ],
      values: valuesOf(module, (r, c) =>
        fround(fround(scales[r]![at(c)]! * codes[r]![c]!) + biases[r]![at(c)]!),
      ),
    };
  }
  const scales = dice
    .codes(rows, groups, mode === 'nvfp4' ? 126 : 40)
    .map((row) => row.map((s) => (mode === 'nvfp4' ? s : s + 100)));
  const scaleOf = (code: number) => (mode === 'nvfp4' ? e4m3(code) : 2 ** (code - 127));
  const element = mode === 'mxfp8' ? e4m3 : e2m1;
  return {
    tensors: [weight, bytes(`${name}.scales`, [rows, groups], 'U8', scales.flat())],
    values: valuesOf(module, (r, c) => element(codes[r]![c]!) * scaleOf(scales[r]![at(c)]!)),
  };
}

type Json = Record<string, unknown>;
const scheme = (targets: readonly string[], weights: Json, format?: string): Json => ({
  targets,
  weights,
  input_activations: null,
  ...(format ? { format } : {}),
});
export const compressed = (format: string, groups: readonly Json[], more: Json = {}): Json => ({
  quantization_config: {
    quant_method: 'compressed-tensors',
    format,
    config_groups: Object.fromEntries(groups.map((g, i) => [`group_${i}`, g])),
    ignore: ['lm_head'],
    ...more,
  },
});
const ints = (kind: Integers): Json => ({
  num_bits: kind.bits,
  type: 'int',
  symmetric: !kind.asymmetric,
  strategy: kind.oneScale ? 'tensor' : kind.group === -1 ? 'channel' : 'group',
  group_size: kind.group === -1 ? null : kind.group,
  actorder: kind.order ? 'group' : null,
});

const integerKind = (name: string, level: string, kind: Integers, modules = MODULES): Kind => ({
  name: `compressed-tensors ${name}`,
  level: `compressed-tensors ${level}`,
  modules,
  make: (of) =>
    made(
      of,
      (m, dice) => integerPart(m, dice, kind),
      compressed(kind.plain ? 'int-quantized' : 'pack-quantized', [scheme(['Linear'], ints(kind))]),
    ),
});

const floatKind = (kind: 'mxfp4' | 'nvfp4'): Kind => ({
  name: `compressed-tensors ${kind}`,
  level: `compressed-tensors ${kind.toUpperCase()}`,
  modules: MODULES,
  make: (of) =>
    made(
      of,
      (m, dice) => fourBitFloats(m, dice, kind),
      compressed(`${kind}-pack-quantized`, [
        scheme(['Linear'], {
          num_bits: 4,
          type: 'float',
          symmetric: true,
          strategy: kind === 'nvfp4' ? 'tensor_group' : 'group',
          group_size: kind === 'nvfp4' ? 16 : 32,
        }),
      ]),
    ),
});

const mlxKind = (level: string, shape: MlxShape): Kind => ({
  name: `mlx ${level}`,
  level: `MLX ${level}`,
  modules: [
    { name: 'model.embed_tokens', rows: 24, cols: 128 },
    { name: 'model.layers.0.mlp.up_proj', rows: 40, cols: 64 },
  ],
  make: (of) =>
    made(of, (m, dice) => mlxPart(m, dice, shape), {
      quantization: {
        group_size: shape.group,
        bits: shape.bits,
        ...(shape.mode ? { mode: shape.mode } : {}),
      },
    }),
});

/** Settings of each module of the mixed checkpoint; true for those of all. */
const MIXED: Readonly<Record<string, MlxShape | true>> = {
  'model.embed_tokens': { bits: 8, group: 64 },
  'model.layers.0.mlp.up_proj': true,
  lm_head: { bits: 4, group: 32, mode: 'mxfp4' },
};

export const rowKinds: readonly Kind[] = [
  integerKind('int4', 'INT4, group 32', { bits: 4, group: 32 }),
  integerKind('int4, asymmetric', 'INT4, group 32', { bits: 4, group: 32, asymmetric: true }),
  integerKind('int4, asymmetric act-order', 'INT4, group 32', {
    bits: 4,
    group: 32,
    asymmetric: true,
    order: true,
  }),
  integerKind('int4, odd sizes', 'INT4, by channel', { bits: 4, group: -1, asymmetric: true }, ODD),
  integerKind('int8, packed', 'INT8, by channel', { bits: 8, group: -1 }, ODD),
  integerKind('int8, one scale', 'INT8, by tensor', { bits: 8, group: -1, oneScale: true }),
  integerKind('int8, plain', 'INT8, by channel', { bits: 8, group: -1, plain: true }, ODD),
  integerKind('int8, plain asymmetric', 'INT8, by channel', {
    bits: 8,
    group: -1,
    plain: true,
    asymmetric: true,
  }),
  {
    name: 'compressed-tensors in two groups',
    level: 'compressed-tensors INT8, by channel and INT4, group 32',
    modules: MODULES,
    make: (of) => {
      const [eight, four] = [{ bits: 8, group: -1 } as const, { bits: 4, group: 32 } as const];
      return made(
        of,
        (m, dice) => integerPart(m, dice, m.name.includes('self_attn') ? eight : four),
        compressed(
          'mixed-precision',
          [
            scheme(['Linear'], ints(four), 'pack-quantized'),
            scheme(['re:.*self_attn.*'], ints(eight), 'pack-quantized'),
          ],
          { ignore: ['re:.*lm_head', 're:.*\\.(gate|router)$'] },
        ),
      );
    },
  },
  floatKind('mxfp4'),
  floatKind('nvfp4'),
  {
    name: 'modelopt nvfp4',
    level: 'ModelOpt NVFP4',
    modules: MODULES,
    make: (of) =>
      made(
        of,
        (m, dice) => fourBitFloats(m, dice, 'modelopt'),
        {},
        {
          'hf_quant_config.json': {
            producer: { name: 'modelopt' },
            quantization: { quant_algo: 'NVFP4', group_size: 16 },
          },
        },
      ),
  },
  ...[2, 3, 4, 5, 6, 8].map((bits) =>
    mlxKind(`${bits}-bit, group 32`, { bits, group: 32, dtype: bits % 2 ? 'F16' : 'BF16' }),
  ),
  mlxKind('4-bit, group 64', { bits: 4, group: 64 }),
  mlxKind('MXFP4', { bits: 4, group: 32, mode: 'mxfp4' }),
  mlxKind('MXFP8', { bits: 8, group: 32, mode: 'mxfp8' }),
  mlxKind('NVFP4', { bits: 4, group: 16, mode: 'nvfp4' }),
  {
    name: 'mlx mixed',
    level: 'MLX 6-bit, group 64, mixed',
    modules: Object.keys(MIXED).map((name) => ({ name, rows: 24, cols: 128 })),
    make: (of) => {
      const all: MlxShape = { bits: 6, group: 64 };
      const shapeOf = ({ name }: Module) => {
        const own = MIXED[name] ?? true;
        return own === true ? all : own;
      };
      const overrides = Object.entries(MIXED).map(([name, own]) => [
        name,
        own === true
          ? true
          : { bits: own.bits, group_size: own.group, ...(own.mode ? { mode: own.mode } : {}) },
      ]);
      const settings = {
        group_size: 64,
        bits: 6,
        mode: 'affine',
        ...Object.fromEntries(overrides),
        'model.layers.0.mlp.gate_proj': false,
      };
      return made(of, (m, dice) => mlxPart(m, dice, shapeOf(m)), {
        quantization: settings,
        quantization_config: settings,
      });
    },
  },
];
