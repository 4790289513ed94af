// GPTQ, AWQ and auto-round: packed along the inputs.
import { floats, transposed, words, wordsOfCodes } from './bits';
import { type Dice, type Kind, made, type Module, type Part, valuesOf } from './maker';

export interface GptqShape {
  readonly bits: number;
  /** Inputs of a group; -1 for all. */
  readonly group: number;
  readonly version: 1 | 2;
  /** Zero points other than the middle, zero included. */
  readonly asymmetric?: boolean;
  /** Groups in no order; false leaves g_idx out. */
  readonly order?: boolean | 'none';
}

const ONES: Readonly<Record<number, number>> = { 2: 0x55555555, 4: 0x11111111, 8: 0x01010101 };

/** Zero points of a group as words: less one in version 1, taken from the word where a code never crosses words. */
function zeroWords(zeros: readonly number[], { bits, version }: GptqShape): number[] {
  if (version === 2) return wordsOfCodes(zeros, bits);
  if (bits === 3)
    return wordsOfCodes(
      zeros.map((z) => (z + 7) % 8),
      3,
    );
  return wordsOfCodes(zeros, bits).map((word) => (word - ONES[bits]! + 2 ** 32) % 2 ** 32);
}

export function gptqPart(module: Module, dice: Dice, shape: GptqShape): Part {
  const { name, rows, cols } = module;
  const size = shape.group === -1 ? cols : shape.group;
  const groups = Math.ceil(cols / size);
  const codes = dice.codes(rows, cols, 2 ** shape.bits);
  const scales = dice.scales(groups, rows);
  const middle = 2 ** (shape.bits - 1);
  const zeros = scales.map((row) => row.map(() => (shape.asymmetric ? dice.below(2 ** shape.bits) : middle)));
  // Every group as often as it has columns, mixed by a step that has no factor in common with their count.
  const groupOf = dice.list(cols, (c) => Math.floor((shape.order === true ? (c * 29 + 3) % cols : c) / size));
  const streams = codes.map((row) => wordsOfCodes(row, shape.bits));
  return {
    tensors: [
      words(`${name}.qweight`, [streams[0]!.length, rows], transposed(streams).flat()),
      words(
        `${name}.qzeros`,
        [groups, (rows * shape.bits) / 32],
        zeros.flatMap((z) => zeroWords(z, shape)),
      ),
      floats(`${name}.scales`, [groups, rows], 'F16', scales.flat()),
      ...(shape.order === 'none' ? [] : [words(`${name}.g_idx`, [cols], groupOf)]),
    ],
    values: valuesOf(module, (r, c) => scales[groupOf[c]!]![r]! * (codes[r]![c]! - zeros[groupOf[c]!]![r]!)),
  };
}

/** Output of each nibble of a word. */
const AWQ_ORDER = [0, 2, 4, 6, 1, 3, 5, 7];
const awqWords = (outputs: readonly number[]): number[] =>
  Array.from({ length: outputs.length / 8 }, (_, w) =>
    wordsOfCodes(
      AWQ_ORDER.map((o) => outputs[w * 8 + o]!),
      4,
    ),
  ).flat();

export function awqPart(module: Module, dice: Dice, group: number): Part {
  const { name, rows, cols } = module;
  const size = group === -1 ? cols : group;
  const groups = Math.ceil(cols / size);
  const codes = dice.codes(rows, cols, 16);
  const scales = dice.scales(groups, rows);
  const zeros = dice.codes(groups, rows, 16);
  const at = (c: number) => Math.floor(c / size);
  return {
    tensors: [
      words(`${name}.qweight`, [cols, rows / 8], transposed(codes).flatMap(awqWords)),
      words(`${name}.qzeros`, [groups, rows / 8], zeros.flatMap(awqWords)),
      floats(`${name}.scales`, [groups, rows], 'F16', scales.flat()),
    ],
    values: valuesOf(module, (r, c) => scales[at(c)]![r]! * (codes[r]![c]! - zeros[at(c)]![r]!)),
  };
}

const MODULES: readonly Module[] = [
  { name: 'model.layers.0.mlp.up_proj', rows: 96, cols: 64 },
  { name: 'model.layers.0.mlp.down_proj', rows: 64, cols: 96 },
];

function gptqKind(name: string, level: string, shape: GptqShape, more: Record<string, unknown> = {}): Kind {
  const { bits, group, version, order } = shape;
  const config = {
    quant_method: 'gptq',
    bits,
    group_size: group,
    desc_act: order === true,
    sym: !shape.asymmetric,
    checkpoint_format: version === 1 ? 'gptq' : 'gptq_v2',
    ...more,
  };
  return {
    name,
    level,
    modules: MODULES,
    make: (modules) => made(modules, (m, dice) => gptqPart(m, dice, shape), { quantization_config: config }),
  };
}

const autoRound = (packing: string, more: Record<string, unknown> = {}) => ({
  quantization_config: {
    quant_method: 'auto-round',
    bits: 4,
    group_size: 32,
    data_type: 'int',
    packing_format: packing,
    ...more,
  },
});

export const columnKinds: readonly Kind[] = [
  gptqKind('gptq 2 bits, zeros that borrow', 'GPTQ 2-bit, group 32', {
    bits: 2,
    group: 32,
    version: 1,
    asymmetric: true,
  }),
  gptqKind('gptq 3 bits, version 1', 'GPTQ 3-bit, group 32', {
    bits: 3,
    group: 32,
    version: 1,
    asymmetric: true,
  }),
  gptqKind('gptq 4 bits, version 1, borrow', 'GPTQ 4-bit, group 32', {
    bits: 4,
    group: 32,
    version: 1,
    asymmetric: true,
  }),
  gptqKind('gptq 4 bits, symmetric', 'GPTQ 4-bit, group 64', { bits: 4, group: 64, version: 1 }),
  gptqKind('gptq 8 bits, one group', 'GPTQ 8-bit, by channel', {
    bits: 8,
    group: -1,
    version: 1,
    asymmetric: true,
  }),
  gptqKind('gptq act-order', 'GPTQ 4-bit, group 32, act-order', {
    bits: 4,
    group: 32,
    version: 1,
    order: true,
  }),
  gptqKind('gptq version 2, act-order', 'GPTQ 3-bit, group 32, act-order', {
    bits: 3,
    group: 32,
    version: 2,
    asymmetric: true,
    order: true,
  }),
  gptqKind('gptq without g_idx', 'GPTQ 4-bit, group 32', { bits: 4, group: 32, version: 2, order: 'none' }),
  {
    name: 'gptq with overrides',
    level: 'GPTQ 4-bit, group 32, mixed',
    modules: MODULES,
    make: (modules) =>
      made(
        modules,
        (m, dice) =>
          gptqPart(m, dice, {
            bits: m.name.includes('down') ? 8 : 4,
            group: m.name.includes('down') ? 96 : 32,
            version: 1,
          }),
        {
          quantization_config: {
            quant_method: 'gptq',
            bits: 4,
            group_size: 32,
            dynamic: { '+:.*\\.down_proj$': { bits: 8, group_size: 96 }, '-:.*\\.v_proj': {} },
          },
        },
      ),
  },
  {
    name: 'gptq of old, quantize_config.json',
    level: 'GPTQ 4-bit, group 32',
    modules: MODULES,
    make: (modules) =>
      made(
        modules,
        (m, dice) => gptqPart(m, dice, { bits: 4, group: 32, version: 1 }),
        {},
        { 'quantize_config.json': { bits: 4, group_size: 32, desc_act: false, sym: true } },
      ),
  },
  {
    name: 'awq',
    level: 'AWQ 4-bit, group 32',
    modules: MODULES,
    make: (modules) =>
      made(modules, (m, dice) => awqPart(m, dice, 32), {
        quantization_config: {
          quant_method: 'awq',
          bits: 4,
          group_size: 32,
          version: 'GEMM',
          zero_point: true,
        },
      }),
  },
  {
    name: 'awq of old, quant_config.json',
    level: 'AWQ 4-bit, by channel',
    modules: MODULES,
    make: (modules) =>
      made(
        modules,
        (m, dice) => awqPart(m, dice, -1),
        {},
        { 'quant_config.json': { w_bit: 4, q_group_size: -1, zero_point: true, version: 'GEMM' } },
      ),
  },
  {
    name: 'awq by name in quantize_config.json',
    level: 'AWQ 4-bit, group 32',
    modules: MODULES,
    make: (modules) =>
      made(
        modules,
        (m, dice) => awqPart(m, dice, 32),
        {},
        {
          'quantize_config.json': {
            quant_method: 'awq',
            format: 'gemm',
            bits: 4,
            group_size: 32,
            zero_point: true,
          },
        },
      ),
  },
  {
    name: 'auto-round as gptq',
    level: 'auto-round 4-bit, group 32',
    modules: MODULES,
    make: (modules) =>
      made(
        modules,
        (m, dice) => gptqPart(m, dice, { bits: 4, group: 32, version: 1, asymmetric: true }),
        autoRound('auto_round:auto_gptq'),
      ),
  },
  {
    name: 'auto-round with zeros as they are, mixed',
    level: 'auto-round 4-bit, group 32, mixed',
    modules: MODULES,
    make: (modules) =>
      made(
        modules,
        (m, dice) =>
          gptqPart(m, dice, {
            bits: m.name.includes('down') ? 2 : 4,
            group: 32,
            version: 2,
            asymmetric: true,
            order: 'none',
          }),
        autoRound('auto_round', { extra_config: { '.*down_proj.*': { bits: 2 }, lm_head: { bits: 16 } } }),
      ),
  },
  {
    name: 'auto-round as awq',
    level: 'auto-round 4-bit, group 32',
    modules: MODULES,
    make: (modules) => made(modules, (m, dice) => awqPart(m, dice, 32), autoRound('auto_round:auto_awq')),
  },
];
