// MLX. For a weight of `out` rows and `in` columns, in groups of consecutive columns:
//   weight  U32 [out, in*bits/32], each row a little-endian stream of codes; its bytes are the same however words are cut
//   affine  scales and biases [out, groups] in the type of the model; weight = scale * code + bias
//   mxfp4   codes E2M1, scales U8 E8M0, groups of 32;  mxfp8: codes E4M3
//   nvfp4   codes E2M1, scales U8 E4M3, groups of 16
// config.json has "quantization" with group_size, bits and mode, and by the name of a module what is different there: an
// object, or false for one that is not quantized. Embeddings and heads are quantized, too.
// Sources: mlx 846d1762, mlx/ops.cpp and mlx/backend/metal/kernels/quantized.h; mlx-lm d78bf58e, utils.py.
import { isRecord } from '../../files/json';
import { FileError } from '../../util/errors';
import { shownValue } from '../../util/foreign-text';
import type { Method } from '../method';
import { Settings } from '../parts/settings';
import { DAMAGED, type Stored } from '../parts/stored';
import { mlxWeight, type MlxSettings } from './weight';

/** Bits and group sizes of each mode. */
const MODES = {
  affine: { bits: [2, 3, 4, 5, 6, 8], groups: [32, 64, 128] },
  mxfp4: { bits: [4], groups: [32] },
  mxfp8: { bits: [8], groups: [32] },
  nvfp4: { bits: [4], groups: [16] },
} as const;

function settingsOf(settings: Settings): MlxSettings {
  const said = settings.text('mode', 'affine');
  if (!Object.hasOwn(MODES, said)) throw settings.unread('mode', Object.keys(MODES).join(', '));
  const mode = said as keyof typeof MODES;
  const { bits, groups } = MODES[mode];
  return {
    mode,
    bits: settings.number<number>('bits', bits, mode === 'affine' ? 4 : bits[0]),
    groupSize: settings.number<number>('group_size', groups, mode === 'affine' ? 64 : groups[0]),
  };
}

/** Settings of a module: an override is complete, as it stands in the place of all. */
function ownSettings(settings: Settings, module: string, all: MlxSettings): MlxSettings {
  const own = settings.json[module];
  if (own === undefined || own === true) return all;
  if (own === false)
    throw new FileError(`${settings.place}: "${module}" is false, but "${module}.scales" is there.`, DAMAGED);
  if (isRecord(own)) return settingsOf(new Settings(own, `${settings.place}.${module}`));
  throw new FileError(
    `${settings.place}: "${module}" is ${shownValue(own)}, expected an object, true or false.`,
    DAMAGED,
  );
}

async function read(stored: Stored, settings: Settings): Promise<string> {
  const all = settingsOf(settings);
  let isMixed = false;
  for (const module of stored.modules('.scales')) {
    const own = ownSettings(settings, module, all);
    isMixed ||= own.mode !== all.mode || own.bits !== all.bits || own.groupSize !== all.groupSize;
    mlxWeight(stored, module, own);
  }
  const level = all.mode === 'affine' ? `${all.bits}-bit, group ${all.groupSize}` : all.mode.toUpperCase();
  return `MLX ${level}${isMixed ? ', mixed' : ''}`;
}

export const mlx: Method = {
  names: ['mlx'],
  find({ label, config }) {
    const key = isRecord(config.quantization) ? 'quantization' : 'quantization_config';
    const found = config[key];
    return isRecord(found) && ('bits' in found || 'group_size' in found || 'mode' in found)
      ? new Settings(found, `${label}: config.json: ${key}`)
      : undefined;
  },
  read,
};
