/** A precision level as llama-quantize names it: the default type of its tensors, and general.file_type. */
export interface FileType {
  readonly label: string;
  readonly ftype: number;
  /** ggml type of most tensors. */
  readonly type: string;
  /** The everyday name. */
  readonly everyday: string;
  readonly use: string;
}

export const fileTypes: readonly FileType[] = [
  level('F32', 0, 'F32', 'FP32', 'As trained in single precision. The reference; twice the size of F16.'),
  level('BF16', 32, 'BF16', '16-bit', 'Lossless for models published in BF16.'),
  level('F16', 1, 'F16', '16-bit (FP16)', 'Practically lossless; the usual base to quantize from.'),
  level('Q8_0', 7, 'Q8_0', '8-bit (INT8)', 'Hard to tell from F16, at half its size.'),
  level('Q6_K', 18, 'Q6_K', '6-bit', 'Very close to F16.'),
  level(
    'Q5_K_M',
    17,
    'Q5_K',
    '5-bit',
    'Close to F16; the larger 5-bit mix: half of the sensitive tensors in Q6_K.',
  ),
  level('Q5_K_S', 16, 'Q5_K', '5-bit', 'All tensors in Q5_K.'),
  level('Q5_1', 9, 'Q5_1', '5-bit', 'Older 5-bit with a minimum; Q5_K_M is closer at this size.'),
  level('Q5_0', 8, 'Q5_0', '5-bit', 'Older 5-bit; Q5_K_S is closer at this size.'),
  level(
    'Q4_K_M',
    15,
    'Q4_K',
    '4-bit',
    'What most people take: small, with little loss; half of the sensitive tensors in Q6_K.',
  ),
  level('Q4_K_S', 14, 'Q4_K', '4-bit', 'A little smaller than Q4_K_M.'),
  level('Q4_1', 3, 'Q4_1', '4-bit', 'Older 4-bit with a minimum; Q4_K_M is closer at this size.'),
  level(
    'Q4_0',
    2,
    'Q4_0',
    '4-bit (INT4)',
    'The simplest 4-bit, fast everywhere; visible loss on small models.',
  ),
  level('IQ4_NL', 25, 'IQ4_NL', '4-bit', 'Uneven steps in blocks of 32; closer than Q4_0 at its size.'),
  level('IQ4_XS', 30, 'IQ4_XS', '4-bit', 'Uneven steps; a little smaller than Q4_K_S and about as close.'),
  level(
    'Q3_K_L',
    13,
    'Q3_K',
    '3-bit',
    'The largest 3-bit mix: values, outputs and down projections in Q5_K.',
  ),
  level('Q3_K_M', 12, 'Q3_K', '3-bit', 'For models that do not fit at 4 bits.'),
  level('Q3_K_S', 11, 'Q3_K', '3-bit', 'All tensors in Q3_K; the loss is felt.'),
  level('Q2_K', 10, 'Q2_K', '2-bit', 'For large models on small devices; the loss is large.'),
  level('Q2_K_S', 21, 'Q2_K', '2-bit', 'Smaller still; wants an importance matrix.'),
  level(
    'TQ2_0',
    37,
    'TQ2_0',
    'Ternary',
    'For models trained on -1, 0 and 1 (BitNet, TriLM); ruins any other.',
  ),
  level('TQ1_0', 36, 'TQ1_0', 'Ternary', 'The same, packed tighter.'),
];

function level(label: string, ftype: number, type: string, everyday: string, use: string): FileType {
  return { label, ftype, type, everyday, use };
}

export const fileTypeByLabel = (label: string): FileType | undefined =>
  fileTypes.find((t) => t.label === label.toUpperCase());
