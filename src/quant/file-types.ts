/** Groups of levels in the picker, in its order. */
export type LevelGroup =
  | 'Searched'
  | 'FP32'
  | '16-bit'
  | `${1 | 2 | 3 | 4 | 5 | 6 | 8}-bit`
  | 'FP4'
  | 'Ternary';

/** A precision level of llama-quantize: its name, its default tensor type and general.file_type. */
export interface FileType {
  readonly label: string;
  readonly ftype: number;
  /** Default ggml type of its tensors. */
  readonly type: string;
  readonly group: LevelGroup;
  /** A common name of the level, and how the format differs from it. */
  readonly alias?: { readonly name: string; readonly difference: string };
  /** One sentence on purpose and quality. */
  readonly use: string;
}

type Row = readonly [label: string, ftype: number, type: string, group: LevelGroup, use: string];

const rows: readonly Row[] = [
  ['F32', 0, 'F32', 'FP32', 'As trained in single precision. The reference; twice the size of F16.'],
  ['BF16', 32, 'BF16', '16-bit', 'Lossless for models published in BF16.'],
  ['F16', 1, 'F16', '16-bit', 'Practically lossless; the usual base to quantize from.'],
  ['Q8_0', 7, 'Q8_0', '8-bit', 'Hard to tell from F16, at half its size.'],
  ['Q6_K', 18, 'Q6_K', '6-bit', 'Very close to F16.'],
  ['Q5_K_M', 17, 'Q5_K', '5-bit', 'Close to F16; half of the sensitive tensors in Q6_K.'],
  ['Q5_K_S', 16, 'Q5_K', '5-bit', 'All tensors in Q5_K.'],
  ['Q5_1', 9, 'Q5_1', '5-bit', 'Older 5-bit with a minimum; Q5_K_M is closer at this size.'],
  ['Q5_0', 8, 'Q5_0', '5-bit', 'Older 5-bit; Q5_K_S is closer at this size.'],
  [
    'Q4_K_M',
    15,
    'Q4_K',
    '4-bit',
    'What most people take: small, with little loss; sensitive tensors in Q6_K.',
  ],
  ['Q4_K_S', 14, 'Q4_K', '4-bit', 'A little smaller than Q4_K_M.'],
  ['Q4_1', 3, 'Q4_1', '4-bit', 'Older 4-bit with a minimum; Q4_K_M is closer at this size.'],
  ['Q4_0', 2, 'Q4_0', '4-bit', 'The simplest 4-bit, fast everywhere; visible loss on small models.'],
  ['IQ4_NL', 25, 'IQ4_NL', '4-bit', 'Uneven steps in blocks of 32; closer than Q4_0 at its size.'],
  ['IQ4_XS', 30, 'IQ4_XS', '4-bit', 'Uneven steps; a little smaller than Q4_K_S and about as close.'],
  ['MXFP4_MOE', 38, 'MXFP4', 'FP4', 'For models with experts: their experts in MXFP4, the rest in Q8_0.'],
  ['Q3_K_L', 13, 'Q3_K', '3-bit', 'The largest 3-bit mix: values, outputs and down projections in Q5_K.'],
  ['Q3_K_M', 12, 'Q3_K', '3-bit', 'For models that do not fit at 4 bits.'],
  ['Q3_K_S', 11, 'Q3_K', '3-bit', 'All tensors in Q3_K; the loss is felt.'],
  ['IQ3_M', 27, 'IQ3_S', '3-bit', 'IQ3_S with values and outputs in Q4_K; about as close as Q3_K_M.'],
  ['IQ3_S', 26, 'IQ3_S', '3-bit', 'Closer than Q3_K_S at its size; slower to make and to run.'],
  ['IQ3_XS', 22, 'IQ3_S', '3-bit', 'Between IQ3_S and IQ3_XXS. Wants an importance matrix.'],
  ['IQ3_XXS', 23, 'IQ3_XXS', '3-bit', 'The smallest 3-bit. Wants an importance matrix.'],
  ['Q2_K', 10, 'Q2_K', '2-bit', 'For large models on small devices; the loss is large.'],
  ['Q2_K_S', 21, 'Q2_K', '2-bit', 'Smaller still. Wants an importance matrix.'],
  ['IQ2_M', 29, 'IQ2_S', '2-bit', 'The largest of the IQ2 mixes. Wants an importance matrix.'],
  ['IQ2_S', 28, 'IQ2_XS', '2-bit', 'IQ2_XS with sensitive tensors in IQ3_S. Wants an importance matrix.'],
  ['IQ2_XS', 20, 'IQ2_XS', '2-bit', 'For very large models. Wants an importance matrix.'],
  [
    'IQ2_XXS',
    19,
    'IQ2_XXS',
    '2-bit',
    'The smallest 2-bit, for very large models. Wants an importance matrix.',
  ],
  ['Q2_0', 41, 'Q2_0', '2-bit', 'For models trained on -1, 0 and 1 in groups of 64; ruins any other.'],
  [
    'IQ1_M',
    31,
    'IQ1_M',
    '1-bit',
    'Barely usable, and only of very large models. Wants an importance matrix.',
  ],
  [
    'IQ1_S',
    24,
    'IQ1_S',
    '1-bit',
    'The smallest of all for any model; garbles most. Wants an importance matrix.',
  ],
  ['Q1_0', 40, 'Q1_0', '1-bit', 'For models trained on -1 and 1 (Bonsai); ruins any other.'],
  ['TQ2_0', 37, 'TQ2_0', 'Ternary', 'For models trained on -1, 0 and 1 (BitNet, TriLM); ruins any other.'],
  ['TQ1_0', 36, 'TQ1_0', 'Ternary', 'The same, packed tighter.'],
];

/** Common names by level. */
const aliases: Readonly<Record<string, FileType['alias']>> = {
  F32: { name: 'FP32', difference: 'The same thing.' },
  F16: { name: 'FP16, half', difference: 'The same thing.' },
  BF16: { name: 'bfloat16', difference: 'The same thing.' },
  Q8_0: {
    name: 'INT8',
    difference: 'INT8 often means one scale a row or a tensor; here every 32 weights have their own.',
  },
  Q4_0: {
    name: 'INT4',
    difference: 'INT4 (GPTQ, AWQ) has groups of 128 as a rule; here every 32 weights have their own scale.',
  },
  Q4_K_M: {
    name: 'INT4',
    difference: 'INT4 with two levels of scales and minimums, and some tensors kept at 6 bits.',
  },
  Q2_K: {
    name: 'INT2',
    difference: 'Called 2-bit for its codes; scales and larger tensors bring it to about 3 bits per weight.',
  },
  Q1_0: { name: 'INT1, binary', difference: 'One sign bit a weight, and an f16 scale for each 128.' },
  IQ1_S: { name: 'INT1', difference: 'No bit for each weight: eight of -1, 0, 1 share an 11-bit index.' },
  TQ2_0: { name: 'BitNet b1.58', difference: 'Ternary weights in two bits each.' },
};

export const fileTypes: readonly FileType[] = rows.map(([label, ftype, type, group, use]) => {
  const alias = aliases[label];
  return { label, ftype, type, group, use, ...(alias ? { alias } : {}) };
});

export const fileTypeByLabel = (label: string): FileType | undefined =>
  fileTypes.find((t) => t.label === label.toUpperCase());

/** Longest first: one name may end with another. */
const byLength = fileTypes.map((t) => t.label).toSorted((a, b) => b.length - a.length);

/** The file type that the name of a GGUF file ends with, as people name them; undefined where it ends with none. */
export function fileTypeOfName(name: string): string | undefined {
  const upper = name.toUpperCase().replace(/\.GGUF$/, '');
  return byLength.find(
    (label) => upper === label || ['-', '.', '_'].some((mark) => upper.endsWith(mark + label)),
  );
}
