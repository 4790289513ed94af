import { FileError } from '../../util/errors';
import { fp8Weight } from '../fp8/fp8';
import { fourBitWeight, withFactor } from '../parts/four-bit-floats';
import { E4M3, E8M0, readFloats } from '../parts/small-floats';
import { BYTES, DAMAGED, type Stored } from '../parts/stored';
import type { Scheme } from './schemes';

/** Puts the weight of a module in the place of its 8-bit floats. */
export function float8Weight(stored: Stored, module: string, { block }: Scheme): void {
  const name = `${module}.weight`;
  if (!stored.get(`${name}_scale`))
    throw new FileError(
      `${stored.label}: tensor "${name}_scale" is missing; "${name}" cannot be read without it.`,
      DAMAGED,
    );
  fp8Weight(stored, name, block);
}

/** Puts the weight of a module in the place of its 4-bit floats, NVFP4 or MXFP4. */
export function float4Weight(stored: Stored, module: string, { format }: Scheme): void {
  const isNv = format === 'nvfp4-pack-quantized';
  const groupSize = isNv ? 16 : 32;
  const name = `${module}.weight_packed`;
  const codes = stored.matrix(name, name, BYTES);
  const shape = [codes.shape[0], codes.shape[1] * 2] as const;
  if (shape[1] % groupSize !== 0)
    throw new FileError(
      `${stored.label}: tensor "${name}" has ${shape[1]} codes a row, expected groups of ${groupSize}.`,
      DAMAGED,
    );
  const scales = stored.take(`${module}.weight_scale`, name, {
    dtypes: isNv ? ['F8_E4M3'] : ['U8', 'F8_E8M0'],
    shape: [shape[0], shape[1] / groupSize],
    because: `groups of ${groupSize} in ${shape[1]} inputs`,
  });
  const global = isNv
    ? stored.take(`${module}.weight_global_scale`, name, {
        dtypes: ['F32'],
        shape: [1],
        because: 'one for the tensor',
      })
    : undefined;
  fourBitWeight(stored, {
    name: `${module}.weight`,
    codes,
    shape,
    groupSize,
    scales,
    async scaleTable(signal) {
      if (!global) return E8M0;
      const divisor = (await readFloats(global, 0, 1, signal))[0]!;
      return withFactor(E4M3, (scale) => scale / divisor);
    },
  });
}
