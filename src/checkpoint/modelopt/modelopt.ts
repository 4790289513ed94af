// NVIDIA's ModelOpt. FP8: weight F8_E4M3 [out, in], weight_scale F32 of the tensor. NVFP4:
//   weight          U8 [out, in/2], E2M1 codes, the first in the low half of a byte
//   weight_scale    F8_E4M3 [out, in/16]
//   weight_scale_2  F32 [], a factor
// weight = code * (weight_scale * weight_scale_2), the product of the scales first. Settings are in config.json, or in
// hf_quant_config.json, whose "quantization" names the algorithm.
// Source: TensorRT-Model-Optimizer 0ad6e5f0, modelopt/torch/quantization/qtensor/nvfp4_tensor.py and export.
import { isRecord } from '../../files/json';
import { FileError } from '../../util/errors';
import { fp8Weight } from '../fp8/fp8';
import type { Method } from '../method';
import { fourBitWeight, withFactor } from '../parts/four-bit-floats';
import { Settings } from '../parts/settings';
import { E4M3, readFloats } from '../parts/small-floats';
import { BYTES, DAMAGED, FLOATS8, type Stored } from '../parts/stored';

const GROUP = 16;

function nvfp4Weight(stored: Stored, module: string): void {
  const name = `${module}.weight`;
  const codes = stored.matrix(name, `${name}_scale_2`, BYTES);
  const shape = [codes.shape[0], codes.shape[1] * 2] as const;
  if (shape[1] % GROUP !== 0)
    throw new FileError(
      `${stored.label}: tensor "${name}" has ${shape[1]} codes a row, expected groups of ${GROUP}.`,
      DAMAGED,
    );
  const scales = stored.take(`${name}_scale`, name, {
    dtypes: ['F8_E4M3'],
    shape: [shape[0], shape[1] / GROUP],
    because: `groups of ${GROUP} in ${shape[1]} inputs`,
  });
  const factor = stored.take(`${name}_scale_2`, name, { dtypes: ['F32'] });
  if (factor.sizeBytes !== 4)
    throw new FileError(
      `${stored.label}: tensor "${factor.name}" has shape [${factor.shape}], expected one factor.`,
      DAMAGED,
    );
  fourBitWeight(stored, {
    name,
    codes,
    shape,
    groupSize: GROUP,
    scales,
    async scaleTable(signal) {
      const by = (await readFloats(factor, 0, 1, signal))[0]!;
      return withFactor(E4M3, (scale) => scale * by);
    },
  });
}

async function read(stored: Stored, settings: Settings): Promise<string> {
  const inner = settings.record('quantization') ?? settings;
  const algorithm = inner.text('quant_algo', '');
  if (algorithm !== 'fp8' && algorithm !== 'nvfp4') throw inner.unread('quant_algo', 'FP8 or NVFP4');
  if (algorithm === 'nvfp4')
    for (const module of stored.modules('.weight_scale_2')) nvfp4Weight(stored, module);
  else
    for (const { name, dtype } of stored.tensors)
      if (FLOATS8.includes(dtype)) fp8Weight(stored, name, undefined);
  return algorithm === 'nvfp4' ? 'ModelOpt NVFP4' : 'ModelOpt FP8 E4M3, by tensor';
}

export const modelopt: Method = {
  names: ['modelopt', 'modelopt_fp4'],
  async find({ label, json }) {
    const found = await json('hf_quant_config.json');
    return found && isRecord(found.quantization)
      ? new Settings(found, `${label}: hf_quant_config.json`)
      : undefined;
  },
  read,
};
