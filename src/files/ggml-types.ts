/** A ggml tensor type: id in the file, name, weights per block, bytes per block. Source: ggml.c, type_traits. */
export interface GgmlType {
  readonly id: number;
  readonly label: string;
  readonly blockSize: number;
  readonly blockBytes: number;
}

const rows: readonly (readonly [number, string, number, number])[] = [
  [0, 'F32', 1, 4],
  [1, 'F16', 1, 2],
  [2, 'Q4_0', 32, 18],
  [3, 'Q4_1', 32, 20],
  [6, 'Q5_0', 32, 22],
  [7, 'Q5_1', 32, 24],
  [8, 'Q8_0', 32, 34],
  [9, 'Q8_1', 32, 36],
  [10, 'Q2_K', 256, 84],
  [11, 'Q3_K', 256, 110],
  [12, 'Q4_K', 256, 144],
  [13, 'Q5_K', 256, 176],
  [14, 'Q6_K', 256, 210],
  [15, 'Q8_K', 256, 292],
  [16, 'IQ2_XXS', 256, 66],
  [17, 'IQ2_XS', 256, 74],
  [18, 'IQ3_XXS', 256, 98],
  [19, 'IQ1_S', 256, 50],
  [20, 'IQ4_NL', 32, 18],
  [21, 'IQ3_S', 256, 110],
  [22, 'IQ2_S', 256, 82],
  [23, 'IQ4_XS', 256, 136],
  [24, 'I8', 1, 1],
  [25, 'I16', 1, 2],
  [26, 'I32', 1, 4],
  [27, 'I64', 1, 8],
  [28, 'F64', 1, 8],
  [29, 'IQ1_M', 256, 56],
  [30, 'BF16', 1, 2],
  [34, 'TQ1_0', 256, 54],
  [35, 'TQ2_0', 256, 66],
  [39, 'MXFP4', 32, 17],
  [40, 'NVFP4', 64, 36],
  [41, 'Q1_0', 128, 18],
  [42, 'Q2_0', 64, 18],
];

/** A type that llama.cpp has given up. */
export interface RetiredType {
  readonly label: string;
  /** A next step for who has such a file. */
  readonly hint: string;
}
const retired = (to: string, labels: Readonly<Record<number, string>>): [number, RetiredType][] =>
  Object.entries(labels).map(([id, label]) => [
    Number(id),
    { label, hint: `Quantize the 16-bit model to ${to}, or download a newer file of the model.` },
  ]);
const REPACKED = ', whose weights llama.cpp interleaves when it loads them now';
/** By id. Source: ggml.h, enum ggml_type, and type_traits of ggml.c. */
export const retiredTypes: ReadonlyMap<number, RetiredType> = new Map([
  ...retired('Q4_K_M', { 4: 'Q4_2', 5: 'Q4_3' }),
  ...retired(`Q4_0${REPACKED}`, { 31: 'Q4_0_4_4', 32: 'Q4_0_4_8', 33: 'Q4_0_8_8' }),
  ...retired(`IQ4_NL${REPACKED}`, { 36: 'IQ4_NL_4_4', 37: 'IQ4_NL_4_8', 38: 'IQ4_NL_8_8' }),
]);

export const ggmlTypes: readonly GgmlType[] = rows.map(([id, label, blockSize, blockBytes]) => ({
  id,
  label,
  blockSize,
  blockBytes,
}));

const byId = new Map(ggmlTypes.map((t) => [t.id, t]));
const byLabel = new Map(ggmlTypes.map((t) => [t.label, t]));

export const ggmlTypeById = (id: number): GgmlType | undefined => byId.get(id);
export function ggmlTypeByLabel(label: string): GgmlType {
  const type = byLabel.get(label);
  if (!type) throw new Error(`no ggml type "${label}"`);
  return type;
}

/** Bytes of a tensor; undefined when rows do not hold whole blocks or the size is not a safe integer. */
export function tensorBytes(type: GgmlType, shape: readonly number[]): number | undefined {
  if ((shape[0] ?? 1) % type.blockSize !== 0) return undefined;
  const count = elementCount(shape);
  if (count === undefined) return undefined;
  const bytes = (count / type.blockSize) * type.blockBytes;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Product of the dimensions; undefined when it is not a safe integer. */
export function elementCount(shape: readonly number[]): number | undefined {
  if (shape.includes(0)) return 0;
  let count = 1;
  for (const n of shape) {
    count *= n;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/** The dimensions as ggml counts them: trailing ones are none, and there is at least one. Source: ggml_n_dims. */
export function ggmlShape(shape: readonly number[]): readonly number[] {
  const last = shape.findLastIndex((n) => n !== 1);
  return last < 0 ? [1] : shape.slice(0, last + 1);
}
