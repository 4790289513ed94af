// AWQ, as AutoAWQ's version GEMM writes it. For a weight of `out` rows and `in` columns, in words of eight codes:
//   qweight I32 [in, out/8]       codes
//   qzeros  I32 [groups, out/8]   zero points
//   scales  F16 [groups, out]
// weight = scale * (code - zero). The j-th nibble of a word, from the lowest, is of its output 0, 2, 4, 6, 1, 3, 5, 7.
// quant_config.json of older versions says w_bit and q_group_size.
// Sources: AutoAWQ, awq/modules/linear/gemm.py and awq/utils/packing_utils.py, as kept in GPTQModel f4c327a1.
import { groupCount, type ScaledStripe, turned } from '../gptq/weight';
import { levelOf } from '../gptq/gptq';
import type { Method } from '../method';
import { wordsOf } from '../parts/fields';
import { lazyWeight } from '../parts/lazy-weight';
import { consecutiveGroups, steps } from '../parts/planes';
import { floatsOf } from '../parts/small-floats';
import { Settings } from '../parts/settings';
import { FLOATS, type Stored, WORDS } from '../parts/stored';
import { readColumns, type Striped, stripeWidth } from '../parts/stripes';

/** Bits to shift a word by for each of its outputs. */
const SHIFTS = [0, 16, 4, 20, 8, 24, 12, 28] as const;

/** Codes of `count` outputs from `first` on, of each row of words. */
function unpackOutputs(
  words: Uint32Array,
  rows: number,
  first: number,
  count: number,
): Uint8Array<ArrayBuffer> {
  const perRow = words.length / rows;
  const out = new Uint8Array(count * rows);
  for (let o = 0; o < count; o++) {
    const shift = SHIFTS[(first + o) % 8]!;
    const place = Math.floor((first + o) / 8);
    for (let row = 0; row < rows; row++) out[o * rows + row] = (words[row * perRow + place]! >>> shift) & 15;
  }
  return out;
}

/** Puts the weight of a module in the place of its codes. */
export function awqWeight(stored: Stored, module: string, groupSize: number): void {
  const name = `${module}.qweight`;
  const codes = stored.matrix(name, name, WORDS);
  const [inputs, wordCols] = codes.shape;
  const outputs = wordCols * 8;
  const groups = groupCount(inputs, groupSize);
  const because =
    groupSize === -1 ? `one group of ${inputs} inputs` : `groups of ${groupSize} in ${inputs} inputs`;
  const scales = stored.take(`${module}.scales`, name, { dtypes: FLOATS, shape: [groups, outputs], because });
  const zeros = stored.take(`${module}.qzeros`, name, { dtypes: WORDS, shape: [groups, wordCols], because });
  const size = groupSize === -1 ? inputs : groupSize;

  const striped: Striped<ScaledStripe> = {
    outputs,
    width: stripeWidth(inputs / 2 + groups * 8),
    async load(from, to, signal) {
      const each = scales.type.blockBytes;
      const scaleBytes = await readColumns(scales, from * each, to * each, signal);
      const zeroWords = wordsOf(await readColumns(zeros, from / 2, to / 2, signal));
      return {
        words: wordsOf(await readColumns(codes, from / 2, to / 2, signal)),
        scales: turned(floatsOf(scales, scaleBytes), groups),
        zeros: Float32Array.from(unpackOutputs(zeroWords, groups, 0, to - from)),
        groupOf: consecutiveGroups(inputs, size),
      };
    },
  };
  stored.make(
    name,
    lazyWeight({
      name: `${module}.weight`,
      shape: [outputs, inputs],
      piece: inputs,
      codec: steps,
      async planes(from, to, signal) {
        const { data, ...stripe } = await stored.lastStripe.of(striped, from, signal);
        const end = Math.min(to, stripe.to);
        const [first, last] = [(from - stripe.from) * groups, (end - stripe.from) * groups];
        return {
          codes: unpackOutputs(data.words, inputs, from - stripe.from, end - from),
          cols: inputs,
          groups,
          groupOf: data.groupOf,
          scales: data.scales.subarray(first, last),
          offsets: data.zeros.subarray(first, last),
        };
      },
    }),
  );
}

/** Settings of modules that are named otherwise in quant_config.json. */
function older(settings: Settings): Settings {
  const { w_bit: bits, q_group_size: group } = settings.json;
  return new Settings(
    { ...settings.json, bits: settings.json.bits ?? bits, group_size: settings.json.group_size ?? group },
    settings.place,
  );
}

async function read(stored: Stored, given: Settings): Promise<string> {
  const settings = older(given);
  if (settings.text('version', 'gemm') !== 'gemm') throw settings.unread('version', 'gemm');
  settings.number('bits', [4]);
  const groupSize = settings.groupSize('group_size');
  for (const module of stored.modules('.qweight')) awqWeight(stored, module, groupSize);
  return levelOf('AWQ', 4, groupSize);
}

export const awq: Method = {
  names: ['awq'],
  async find({ label, json }) {
    const named = await json('quantize_config.json');
    if (named?.quant_method === 'awq') return new Settings(named, `${label}: quantize_config.json`);
    const found = await json('quant_config.json');
    return found && ('w_bit' in found || 'zero_point' in found)
      ? new Settings(found, `${label}: quant_config.json`)
      : undefined;
  },
  read,
};
