// compressed-tensors, as llm-compressor writes it and vLLM reads it. For a weight of `out` rows and `in` columns:
//   pack-quantized        weight_packed I32 [out, in*bits/32], codes 8 or 128 more than they mean; weight_scale [out, groups],
//                         weight_zero_point I32 [out*bits/32, groups] packed along the rows, weight_g_idx I32 [in],
//                         weight_shape I64 [2]
//   int-quantized         weight I8 [out, in], weight_zero_point I8
//   float-quantized       weight F8_E4M3 [out, in]; weight_scale of the tensor, of rows or of blocks
//   nvfp4-pack-quantized  weight_packed U8 [out, in/2], weight_scale F8_E4M3 [out, in/16], weight_global_scale F32 [1]: a divisor
//   mxfp4-pack-quantized  weight_packed U8 [out, in/2], weight_scale U8 E8M0 [out, in/32]
// weight = scale * (code - zero). With actorder, codes stay in the order of the weight's columns and weight_g_idx names the
// group of each. NVFP4 divides the scale first: code * (scale / global_scale).
// Source: compressed-tensors ac8e2ba8, compressors and quantization/lifecycle.
import { isRecord } from '../../files/json';
import { FileError } from '../../util/errors';
import type { Method } from '../method';
import { Settings } from '../parts/settings';
import { DAMAGED, FLOATS8, type Stored } from '../parts/stored';
import { float4Weight, float8Weight } from './floats';
import { integerWeight } from './integers';
import { levelOf, type Scheme, schemes } from './schemes';

/** Modules with codes, by the tensor that holds them. */
function quantized(stored: Stored): { module: string; codes: string }[] {
  const plain = stored.tensors.filter(
    ({ name, dtype }) => name.endsWith('.weight') && (dtype === 'I8' || FLOATS8.includes(dtype)),
  );
  return [
    ...stored.modules('.weight_packed').map((module) => ({ module, codes: `${module}.weight_packed` })),
    ...plain.map(({ name }) => ({ module: name.slice(0, -'.weight'.length), codes: name })),
  ];
}

/** True if codes in a tensor of this name are those of a scheme. */
const fits = (codes: string, { format }: Scheme): boolean =>
  codes.endsWith('_packed') === format.endsWith('pack-quantized');

async function read(stored: Stored, settings: Settings): Promise<string> {
  const schemeOf = schemes(settings);
  const levels = new Set<string>();
  for (const { module, codes } of quantized(stored)) {
    const scheme = schemeOf(module);
    if (!scheme || !fits(codes, scheme))
      throw new FileError(
        `${stored.label}: tensor "${codes}" is quantized, but config.json ${scheme ? `says that "${module}" is ${scheme.format}` : `leaves "${module}" as it is`}.`,
        DAMAGED,
      );
    levels.add(levelOf(scheme));
    if (scheme.format === 'nvfp4-pack-quantized' || scheme.format === 'mxfp4-pack-quantized')
      float4Weight(stored, module, scheme);
    else if (scheme.isFloat) float8Weight(stored, module, scheme);
    else await integerWeight(stored, module, scheme);
  }
  return `compressed-tensors ${[...levels].join(' and ')}`.trimEnd();
}

export const compressedTensors: Method = {
  names: ['compressed-tensors'],
  find({ label, config }) {
    const older = config.compression_config;
    return isRecord(older) ? new Settings(older, `${label}: config.json: compression_config`) : undefined;
  },
  read,
};
