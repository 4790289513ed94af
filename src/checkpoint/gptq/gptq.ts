// GPTQ, as AutoGPTQ and GPTQModel write it. For a weight of `out` rows and `in` columns:
//   qweight I32 [in*bits/32, out]       codes, a little-endian stream of bits down each column
//   qzeros  I32 [groups, out*bits/32]   zero points, such a stream along each row
//   scales  F16 [groups, out]
//   g_idx   I32 [in]                    group of each input; may be absent where groups are consecutive
// weight = scale * (code - zero). Format "gptq" (v1) stores zero points less one: for 2, 4 and 8 bits that one was taken from
// the packed word (0x55555555, 0x11111111, 0x01010101), where a zero point of 0 borrows from its neighbour, so it is given
// back to the word; for 3 bits from each field. "gptq_v2" stores them as they are.
// Sources: GPTQModel f4c327a1, nn_modules/qlinear and utils/model.py; AutoGPTQ's quantize_config.json.
import type { Method } from '../method';
import { Settings } from '../parts/settings';
import type { Stored } from '../parts/stored';
import { overridesOf } from './overrides';
import { GPTQ_BITS, type GptqSettings, gptqWeight } from './weight';

/** "GPTQ 4-bit, group 128". */
export const levelOf = (name: string, bits: number, groupSize: number): string =>
  `${name} ${bits}-bit, ${groupSize === -1 ? 'by channel' : `group ${groupSize}`}`;

/** Settings of all modules. */
export function gptqSettings(settings: Settings): GptqSettings {
  const packed = settings.text('pack_dtype', 'int32');
  if (packed !== 'int32') throw settings.unread('pack_dtype', 'int32');
  const key = settings.has('checkpoint_format') ? 'checkpoint_format' : 'format';
  const format = settings.text(key, 'gptq');
  if (settings.flag('is_marlin_format')) throw settings.unread('is_marlin_format', 'false');
  if (format !== 'gptq' && format !== 'gptq_v2') throw settings.unread(key, 'gptq or gptq_v2');
  return {
    bits: settings.number('bits', GPTQ_BITS),
    groupSize: settings.groupSize('group_size', -1),
    zerosLessOne: format === 'gptq',
    needsGroups: settings.flag('desc_act'),
  };
}

async function read(stored: Stored, settings: Settings): Promise<string> {
  const all = gptqSettings(settings);
  const overrides = overridesOf(settings);
  let isMixed = false;
  for (const module of stored.modules('.qweight')) {
    const own = overrides(module, all);
    isMixed ||= own.bits !== all.bits || own.groupSize !== all.groupSize;
    gptqWeight(stored, module, own);
  }
  const order = all.needsGroups ? ', act-order' : '';
  return `${levelOf('GPTQ', all.bits, all.groupSize)}${order}${isMixed ? ', mixed' : ''}`;
}

export const gptq: Method = {
  names: ['gptq'],
  async find({ label, json }) {
    const found = await json('quantize_config.json');
    return found && 'bits' in found && (found.quant_method ?? 'gptq') === 'gptq'
      ? new Settings(found, `${label}: quantize_config.json`)
      : undefined;
  },
  read,
};
