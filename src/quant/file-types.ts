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
  {
    label: 'F32',
    ftype: 0,
    type: 'F32',
    everyday: 'FP32',
    use: 'As trained in single precision. The reference; twice the size of F16.',
  },
  { label: 'BF16', ftype: 32, type: 'BF16', everyday: 'BF16', use: 'Lossless for models published in BF16.' },
  {
    label: 'F16',
    ftype: 1,
    type: 'F16',
    everyday: 'FP16',
    use: 'Practically lossless; the usual base to quantize from.',
  },
  {
    label: 'Q8_0',
    ftype: 7,
    type: 'Q8_0',
    everyday: '8-bit (INT8)',
    use: 'Hard to tell from F16, at half its size.',
  },
  {
    label: 'Q5_1',
    ftype: 9,
    type: 'Q5_1',
    everyday: '5-bit',
    use: 'Older 5-bit with a minimum; a little larger and closer than Q5_0.',
  },
  { label: 'Q5_0', ftype: 8, type: 'Q5_0', everyday: '5-bit', use: 'Older 5-bit; small loss.' },
  {
    label: 'Q4_1',
    ftype: 3,
    type: 'Q4_1',
    everyday: '4-bit',
    use: 'Older 4-bit with a minimum; a little larger and closer than Q4_0.',
  },
  {
    label: 'Q4_0',
    ftype: 2,
    type: 'Q4_0',
    everyday: '4-bit (INT4)',
    use: 'The smallest here and fast everywhere; visible loss on small models.',
  },
];

export const fileTypeByLabel = (label: string): FileType | undefined =>
  fileTypes.find((t) => t.label === label.toUpperCase());
