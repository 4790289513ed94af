import type { SafeTensor } from '../../files/safetensors/read';
import { FileError } from '../../util/errors';
import { type FieldStream, unpackFields, wordsOf } from '../parts/fields';
import { lazyWeight } from '../parts/lazy-weight';
import { consecutiveGroups, steps } from '../parts/planes';
import { floatsOf } from '../parts/small-floats';
import { DAMAGED, FLOATS, type Stored, WORDS } from '../parts/stored';
import { readColumns, type Striped, stripeWidth } from '../parts/stripes';

export const GPTQ_BITS = [2, 3, 4, 8] as const;

/** Settings of a module. */
export interface GptqSettings {
  readonly bits: (typeof GPTQ_BITS)[number];
  /** Inputs of a group; -1 for all. */
  readonly groupSize: number;
  /** Zero points are stored less one (v1). */
  readonly zerosLessOne: boolean;
  /** The groups are not consecutive, so g_idx must be there. */
  readonly needsGroups: boolean;
}

/** A stripe with scales and zero points output by output. */
export interface ScaledStripe {
  readonly words: Uint32Array;
  readonly scales: Float32Array;
  readonly zeros: Float32Array;
  readonly groupOf: Uint32Array;
}

/** Groups x outputs as outputs x groups. */
export function turned(values: ArrayLike<number>, groups: number): Float32Array<ArrayBuffer> {
  const outputs = values.length / groups;
  const out = new Float32Array(values.length);
  for (let g = 0; g < groups; g++)
    for (let o = 0; o < outputs; o++) out[o * groups + g] = values[g * outputs + o]!;
  return out;
}

/** Groups of `inputs`, each of `groupSize` or all of them. */
export const groupCount = (inputs: number, groupSize: number): number =>
  groupSize === -1 ? 1 : Math.ceil(inputs / groupSize);

/** Zero points of some words, row by row. */
function unpackZeros(
  words: Uint32Array,
  groups: number,
  { bits, zerosLessOne }: GptqSettings,
): Uint8Array<ArrayBuffer> {
  const perGroup = words.length / groups;
  const outputs = (perGroup * 32) / bits;
  if (zerosLessOne && bits !== 3) {
    const one = { 2: 0x55555555, 4: 0x11111111, 8: 0x01010101 }[bits];
    for (let i = 0; i < words.length; i++) words[i]! += one;
  }
  const out = new Uint8Array(groups * outputs);
  for (let g = 0; g < groups; g++)
    unpackFields({ words, base: g * perGroup, stride: 1, bits }, outputs, out, g * outputs);
  return zerosLessOne && bits === 3 ? out.map((zero) => (zero + 1) & 7) : out;
}

/** Groups of the inputs by g_idx. Throws FileError for a group that is not there. */
export async function groupsBy(
  index: SafeTensor,
  label: string,
  groups: number,
  signal?: AbortSignal,
): Promise<Uint32Array> {
  const found = wordsOf(await index.read(0, index.sizeBytes, signal));
  const bad = found.findIndex((g) => g >= groups);
  if (bad >= 0)
    throw new FileError(
      `${label}: tensor "${index.name}" has ${found[bad]! | 0} at index ${bad}, expected groups from 0 to ${groups - 1}.`,
      DAMAGED,
    );
  return found;
}

/** Puts the weight of a module in the place of its codes. */
export function gptqWeight(stored: Stored, module: string, settings: GptqSettings): void {
  const { bits, groupSize } = settings;
  const name = `${module}.qweight`;
  const codes = stored.matrix(name, name, WORDS);
  const [wordRows, outputs] = codes.shape;
  const inputs = (wordRows * 32) / bits;
  const zeroWords = (outputs * bits) / 32;
  if (!Number.isInteger(inputs) || !Number.isInteger(zeroWords))
    throw new FileError(
      `${stored.label}: tensor "${name}" has shape [${codes.shape}], which is no whole number of codes of ${bits} bits in words of 32.`,
      DAMAGED,
    );
  const groups = groupCount(inputs, groupSize);
  const because =
    groupSize === -1 ? `one group of ${inputs} inputs` : `groups of ${groupSize} in ${inputs} inputs`;
  const scales = stored.take(`${module}.scales`, name, { dtypes: FLOATS, shape: [groups, outputs], because });
  const zeros = stored.take(`${module}.qzeros`, name, { dtypes: WORDS, shape: [groups, zeroWords], because });
  const of = { dtypes: WORDS, shape: [inputs], because: 'a group for each input' };
  const index = settings.needsGroups
    ? stored.take(`${module}.g_idx`, name, of)
    : stored.maybe(`${module}.g_idx`, of);
  const size = groupSize === -1 ? inputs : groupSize;

  const striped: Striped<ScaledStripe> = {
    outputs,
    width: stripeWidth((inputs * bits) / 8 + groups * 8),
    async load(from, to, signal) {
      const each = scales.type.blockBytes;
      const scaleBytes = await readColumns(scales, from * each, to * each, signal);
      const zeroBytes = await readColumns(zeros, (from * bits) / 8, (to * bits) / 8, signal);
      return {
        words: wordsOf(await readColumns(codes, from * 4, to * 4, signal)),
        scales: turned(floatsOf(scales, scaleBytes), groups),
        zeros: turned(unpackZeros(wordsOf(zeroBytes), groups, settings), groups),
        groupOf: index
          ? await groupsBy(index, stored.label, groups, signal)
          : consecutiveGroups(inputs, size),
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
        const out = new Uint8Array((end - from) * inputs);
        for (let o = from; o < end; o++) {
          const stream: FieldStream = {
            words: data.words,
            base: o - stripe.from,
            stride: stripe.to - stripe.from,
            bits,
          };
          unpackFields(stream, inputs, out, (o - from) * inputs);
        }
        const [first, last] = [(from - stripe.from) * groups, (end - stripe.from) * groups];
        return {
          codes: out,
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
