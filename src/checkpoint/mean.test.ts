// Checkpoints that do not fit together, or that nobody can read: refused by file, tensor, what was found and expected.
import { describe, expect, test } from 'vitest';
import { memorySource } from '../files/byte-source';
import { readSafetensors } from '../files/safetensors/read';
import { bytesOfWords } from '../testing/quantized/bits';
import { quantizedKinds } from '../testing/quantized/kinds';
import type { Made } from '../testing/quantized/maker';
import { safetensorsFile, type StoredTensor } from '../testing/safetensors-file';
import { FileError, UnsupportedError } from '../util/errors';
import { dequantized } from './registry';

type Json = Record<string, unknown>;

function madeOf(name: string): Made {
  const kind = quantizedKinds.find((k) => k.name === name);
  if (!kind) throw new Error(`no kind "${name}"`);
  return kind.make(kind.modules.slice(0, 1));
}

/** Reads all of a checkpoint. */
async function read({ tensors, config, files }: Made): Promise<void> {
  const file = safetensorsFile('model.safetensors', tensors);
  const all = await dequantized(await readSafetensors(memorySource(file.path, file.bytes)), {
    label: 'tiny',
    config,
    json: (name) => Promise.resolve(files?.[name]),
  });
  for (const tensor of all.tensors) await tensor.read(0, tensor.sizeBytes);
}

/** A checkpoint with its first tensor of this ending changed, or gone. */
function changed(made: Made, ending: string, by: Partial<StoredTensor> | null): Made {
  const at = made.tensors.findIndex((t) => t.name.endsWith(ending));
  if (at < 0) throw new Error(`no tensor "${ending}"`);
  const now = by === null ? [] : [{ ...made.tensors[at]!, ...by }];
  return { ...made, tensors: [...made.tensors.slice(0, at), ...now, ...made.tensors.slice(at + 1)] };
}

/** A checkpoint with its quantization settings changed. */
function says(made: Made, by: Json, key = 'quantization_config'): Made {
  return { ...made, config: { ...made.config, [key]: { ...(made.config[key] as Json), ...by } } };
}
const scheme = (made: Made, by: Json): Made => {
  const { config_groups: groups } = made.config.quantization_config as { config_groups: { group_0: Json } };
  const weights = { ...(groups.group_0.weights as Json), ...by };
  return says(made, { config_groups: { group_0: { ...groups.group_0, weights } } });
};
const also = (made: Made, tensor: StoredTensor): Made => ({ ...made, tensors: [...made.tensors, tensor] });
const bytes = (length: number) => new Uint8Array(length);

const gptq = madeOf('gptq 4 bits, symmetric');
const ordered = madeOf('gptq act-order');
const awq = madeOf('awq');
const packed = madeOf('compressed-tensors int4');
const asymmetric = madeOf('compressed-tensors int4, asymmetric act-order');
const nvfp4 = madeOf('compressed-tensors nvfp4');
const blocks = madeOf('fp8 in blocks, partial ones at the edges');
const nf4 = madeOf('bitsandbytes nf4, nested');
const int8 = madeOf('bitsandbytes LLM.int8');
const mlx = madeOf('mlx 4-bit, group 64');
const rounded = madeOf('auto-round as gptq');
const opt = madeOf('modelopt nvfp4');

const state = (by: Json): StoredTensor['bytes'] => {
  const { bytes: old } = nf4.tensors.find((t) => t.name.includes('quant_state'))!;
  return Uint8Array.from(
    Buffer.from(JSON.stringify({ ...(JSON.parse(Buffer.from(old).toString()) as Json), ...by })),
  );
};
const stateIs = (by: Json): Made =>
  changed(nf4, 'bitsandbytes__nf4', { bytes: state(by), shape: [state(by).length] });

const M = 'model\\.layers\\.0\\.(self_attn\\.q_proj|mlp\\.(up|down)_proj)';
const cases: readonly (readonly [what: string, made: Made, message: RegExp])[] = [
  // Settings.
  [
    'an unknown method',
    says(gptq, { quant_method: 'aqlm' }),
    /config\.json says quant_method "aqlm", which cannot be read \(known: gptq, awq,/,
  ],
  ['a method that is no text', says(gptq, { quant_method: { a: 1 } }), /says quant_method .* cannot be read/],
  [
    'gptq of 5 bits',
    says(gptq, { bits: 5 }),
    /tiny: config\.json: quantization_config: "bits" is 5, which cannot be read; expected 2, 3, 4, 8\./,
  ],
  ['gptq of no bits', says(gptq, { bits: null }), /"bits" is missing/],
  [
    'gptq of another format',
    says(gptq, { checkpoint_format: 'marlin' }),
    /"checkpoint_format" is marlin, which cannot be read; expected gptq or gptq_v2/,
  ],
  ['gptq for a kernel', says(gptq, { is_marlin_format: true }), /"is_marlin_format" is true/],
  ['gptq in words of 16 bits', says(gptq, { pack_dtype: 'int16' }), /"pack_dtype" is int16/],
  [
    'groups of 0',
    says(gptq, { group_size: 0 }),
    /"group_size" is 0, expected a count of inputs, or -1 for all/,
  ],
  ['groups of a half', says(gptq, { group_size: 0.5 }), /"group_size" is 0\.5/],
  ['groups beyond any', says(gptq, { group_size: 2 ** 40 }), /"group_size" is 1099511627776/],
  [
    'groups of another size',
    says(gptq, { group_size: 16 }),
    new RegExp(
      `tiny: tensor "${M}\\.scales" is F16 \\[1,96\\], expected F32 or F16 or BF16 \\[4,96\\] \\(groups of 16 in 64 inputs\\)`,
    ),
  ],
  ['overrides that are no object', says(gptq, { dynamic: [1] }), /"dynamic" is \[1\], expected an object/],
  [
    'an override that is no object',
    says(gptq, { dynamic: { '+:.*': 4 } }),
    /"\+:\.\*" is 4, expected settings/,
  ],
  [
    'a module that was left out',
    says(gptq, { dynamic: { '-:.*up_proj': {} } }),
    /"-:\.\*up_proj" leaves ".*" as it was, but ".*\.qweight" is quantized/,
  ],
  [
    'an override of 7 bits',
    says(gptq, { dynamic: { '+:.*': { bits: 7 } } }),
    /dynamic\.\+:\.\*: "bits" is 7/,
  ],
  ['an expression that is none', says(gptq, { dynamic: { '+:(': {} } }), /expression "\(" cannot be read/],
  ['awq of 3 bits', says(awq, { bits: 3 }), /"bits" is 3/],
  [
    'awq for another kernel',
    says(awq, { version: 'gemv_fast' }),
    /"version" is gemv_fast, which cannot be read; expected gemm/,
  ],
  ['awq without groups', says(awq, { group_size: null }), /"group_size" is missing/],
  ['auto-round of another type', says(rounded, { data_type: 'mx_fp' }), /"data_type" is mx_fp/],
  [
    'auto-round packed otherwise',
    says(rounded, { packing_format: 'auto_round:llm_compressor' }),
    /"packing_format" is auto_round:llm_compressor/,
  ],
  ['mlx of 7 bits', says(mlx, { bits: 7 }, 'quantization'), /quantization: "bits" is 7/],
  ['mlx in groups of 48', says(mlx, { group_size: 48 }, 'quantization'), /"group_size" is 48/],
  [
    'mlx of another mode',
    says(mlx, { mode: 'toString' }, 'quantization'),
    /"mode" is toString, which cannot be read; expected affine, mxfp4/,
  ],
  [
    'mlx with a module that is none',
    says(mlx, { 'model.embed_tokens': false }, 'quantization'),
    /"model\.embed_tokens" is false, but "model\.embed_tokens\.scales" is there/,
  ],
  [
    'mlx with a module that is a number',
    says(mlx, { 'model.embed_tokens': 4 }, 'quantization'),
    /is 4, expected an object, true or false/,
  ],
  [
    'modelopt of another algorithm',
    { ...opt, files: { 'hf_quant_config.json': { quantization: { quant_algo: 'W4A8_AWQ' } } } },
    /"quant_algo" is W4A8_AWQ, which cannot be read; expected FP8 or NVFP4/,
  ],
  [
    'compressed-tensors in another format',
    says(packed, { format: 'marlin-24' }),
    /format of compressed-tensors is "marlin-24"/,
  ],
  [
    'compressed-tensors, sparse',
    says(packed, { sparsity_config: { format: 'sparse-24-bitmask' } }),
    /sparsity_config: "format" is sparse-24-bitmask/,
  ],
  ['compressed-tensors of 3 bits', scheme(packed, { num_bits: 3 }), /weights: "num_bits" is 3/],
  ['compressed-tensors without groups', says(packed, { config_groups: null }), /"config_groups" is missing/],
  [
    'a group that is a list',
    says(packed, { config_groups: { group_0: [] } }),
    /"group_0" is \[\], expected an object/,
  ],
  [
    'a group without weights',
    says(packed, { config_groups: { group_0: { targets: ['Linear'] } } }),
    /"weights" is missing/,
  ],
  [
    'targets that are no names',
    says(packed, { config_groups: { group_0: { targets: [1], weights: {} } } }),
    /"targets" is \[1\]/,
  ],
  [
    'a module that is ignored',
    says(packed, { ignore: ['re:.*q_proj'] }),
    /weight_packed" is quantized, but config\.json leaves "model\.layers\.0\.self_attn\.q_proj" as it is/,
  ],
  ['a module without a group', says(packed, { config_groups: {} }), /leaves ".*" as it is/],
  [
    'a module of another format',
    says(packed, { format: 'int-quantized' }),
    /says that ".*" is int-quantized/,
  ],
  [
    'an order of another kind',
    scheme(packed, { actorder: 'row' }),
    /"actorder" is row, which cannot be read/,
  ],
  ['an order without its groups', scheme(packed, { actorder: true }), /weight_g_idx" is missing/],
  ['strategies of none', scheme(packed, { strategy: 'row' }), /"strategy" is row/],
  [
    'blocks that are none',
    says(blocks, { weight_block_size: [0, 32] }),
    /"weight_block_size" is \[0,32\], expected counts of rows and columns/,
  ],
  // Tensors.
  [
    'no scales',
    changed(gptq, '.scales', null),
    new RegExp(`^tiny: tensor "${M}\\.scales" is missing; "${M}\\.qweight" cannot be read without it`),
  ],
  ['no zero points', changed(awq, '.qzeros', null), /qzeros" is missing/],
  ['no g_idx where groups are in no order', changed(ordered, '.g_idx', null), /g_idx" is missing/],
  [
    'a group that is not there',
    changed(ordered, '.g_idx', {
      bytes: bytesOfWords(Array.from({ length: 64 }, (_, i) => (i === 9 ? 2 : 0))),
    }),
    /g_idx" has 2 at index 9, expected groups from 0 to 1/,
  ],
  [
    'a group below 0',
    changed(ordered, '.g_idx', {
      bytes: bytesOfWords(Array.from({ length: 64 }, (_, i) => (i === 5 ? 2 ** 32 - 1 : 0))),
    }),
    /g_idx" has -1 at index 5/,
  ],
  [
    'g_idx of other length',
    changed(gptq, '.g_idx', { shape: [60], bytes: bytes(240) }),
    /g_idx" is I32 \[60\], expected I32 or U32 \[64\] \(a group for each input\)/,
  ],
  [
    'codes of floats',
    changed(gptq, '.qweight', { dtype: 'F32' }),
    /qweight" is F32 \[8,96\], expected I32 or U32/,
  ],
  [
    'codes without a dimension',
    changed(gptq, '.qweight', { shape: [768] }),
    /qweight" has shape \[768\], expected the rows and columns of a matrix/,
  ],
  [
    'codes of no rows',
    changed(gptq, '.qweight', { shape: [0, 96], bytes: bytes(0) }),
    /qweight" has shape \[0,96\]/,
  ],
  [
    'codes that end within a word',
    changed(says(gptq, { bits: 3 }), '.qweight', {}),
    /no whole number of codes of 3 bits in words of 32/,
  ],
  [
    'outputs that end within a word',
    changed(gptq, '.qweight', { shape: [8, 95], bytes: bytes(3040) }),
    /qweight" has shape \[8,95\], which is no whole number of codes of 4 bits/,
  ],
  [
    'a stack of matrices',
    changed(mlx, '.weight', { shape: [2, 12, 16] }),
    /expected the rows and columns of a matrix/,
  ],
  [
    'a weight twice',
    also(gptq, { name: 'model.layers.0.mlp.up_proj.weight', shape: [1], dtype: 'F32', bytes: bytes(4) }),
    /there are "model\.layers\.0\.mlp\.up_proj\.weight" and "model\.layers\.0\.mlp\.up_proj\.qweight", expected one of them/,
  ],
  [
    'codes that nothing explains',
    { ...gptq, config: {} },
    /(qweight|qzeros)" is packed, but config\.json does not say by which quantizer/,
  ],
  [
    'a shape that lies',
    changed(packed, '.weight_shape', { bytes: bytesOfWords([64, 0, 96, 0]) }),
    /weight_shape" says \[64,96\], which in words of 4-bit codes is no \[64,8\]/,
  ],
  [
    'a shape below zero',
    changed(packed, '.weight_shape', { bytes: bytesOfWords([64, 0, 2 ** 32 - 1, 2 ** 32 - 1]) }),
    /weight_shape" says \[64,-1\]/,
  ],
  [
    'zero points along the wrong dimension',
    changed(asymmetric, '.weight_zero_point', { shape: [16, 1] }),
    /weight_zero_point" is I32 \[16,1\], expected I32 or U32 \[8,2\]/,
  ],
  [
    'scales of another type',
    changed(nvfp4, '.weight_scale', { dtype: 'U8' }),
    /weight_scale" is U8 .* expected F8_E4M3/,
  ],
  ['no global scale', changed(nvfp4, '.weight_global_scale', null), /weight_global_scale" is missing/],
  [
    'a factor that is none',
    changed(opt, '.weight_scale_2', { shape: [0], bytes: bytes(0) }),
    /weight_scale_2" has shape \[0\], expected one factor/,
  ],
  [
    'scales of too few blocks',
    changed(blocks, '_scale_inv', { shape: [2, 3], bytes: bytes(24) }),
    /has scales \[2,3\]; ".*" \[40,80\] in blocks of 16x32 needs \[3,3\]/,
  ],
  [
    'absmax of too few blocks',
    changed(nf4, '.absmax', { shape: [4], bytes: bytes(4) }),
    /absmax" is U8 \[4\], expected U8 or I8 \[50\] \(one for each 64 values\)/,
  ],
  [
    'a table of 15 values',
    changed(nf4, '.quant_map', { shape: [15], bytes: bytes(60) }),
    /quant_map" is F32 \[15\], expected F32 \[16\]/,
  ],
  ['no nested table', changed(nf4, '.nested_quant_map', null), /nested_quant_map" is missing/],
  [
    'a state that is no JSON',
    changed(nf4, 'bitsandbytes__nf4', { bytes: bytes(8), shape: [8] }),
    /bitsandbytes__nf4" is no JSON/,
  ],
  [
    'a state of a shape that is none',
    stateIs({ shape: [40, -1] }),
    /says "shape": \[40,-1\], expected rows and columns/,
  ],
  ['a state of another shape', stateIs({ shape: [40, 81] }), /has 1600 bytes; \[40,81\] in 4 bits is 1620/],
  ['a state of a size beyond counting', stateIs({ shape: [2 ** 31, 2 ** 31] }), /says "shape"/],
  ['blocks of none', stateIs({ blocksize: 0 }), /says "blocksize": 0, expected an even number/],
  ['blocks of an odd number', stateIs({ blocksize: 33 }), /says "blocksize": 33/],
  ['nested blocks of none', stateIs({ nested_blocksize: 0 }), /says "nested_blocksize": 0/],
  ['an offset that is none', stateIs({ nested_offset: 'x' }), /says "nested_offset": x/],
  [
    'int8 in the order of a kernel',
    changed(int8, '.weight_format', { bytes: Uint8Array.of(2) }),
    /weight_format" is 2, the order of a kernel; expected 0/,
  ],
  [
    'int8 with too few rows',
    changed(int8, '.SCB', { shape: [39], bytes: bytes(156) }),
    /SCB" is F32 \[39\], expected F32 \[40\]/,
  ],
  ['int8 without codes', changed(int8, '.weight', null), /weight" is missing; ".*SCB" cannot be read/],
  ['mlx without biases', changed(mlx, '.biases', null), /biases" is missing/],
  [
    'mlx of other words',
    changed(mlx, '.weight', { shape: [24, 15], bytes: bytes(1440) }),
    /has 15 words a row, which is no whole number of groups of 64 codes of 4 bits/,
  ],
];

describe('a mean checkpoint', () => {
  test.each(cases)('%s', async (_, made, refusal) => {
    const error = await read(made).catch((e: unknown) => e);
    expect(error instanceof FileError || error instanceof UnsupportedError, String(error)).toBe(true);
    const { message, hint } = error as FileError;
    expect(message).toMatch(refusal);
    expect(hint).not.toBe('');
  });
});

describe('a checkpoint that is only told to be quantized', () => {
  test('keeps its floats, names no level, and leaves out scales of activations', async () => {
    const floats: StoredTensor = { name: 'a.weight', shape: [2], dtype: 'F16', bytes: bytes(4) };
    const scale: StoredTensor = { name: 'a.k_scale', shape: [], dtype: 'F32', bytes: bytes(4) };
    const file = safetensorsFile('model.safetensors', [floats, scale]);
    for (const config of [{}, gptq.config, packed.config, blocks.config]) {
      const read = await readSafetensors(memorySource(file.path, file.bytes));
      const folder = { label: 'tiny', config, json: () => Promise.resolve(undefined) };
      const { tensors, level } = await dequantized(read, folder);
      expect(tensors.map((t) => t.name)).toEqual(['a.weight']);
      expect(level).toBeUndefined();
    }
  });
});
