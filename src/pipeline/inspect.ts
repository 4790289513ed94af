import type { PlannedTensor } from '../model/plan';
import { formatBytesFor, type QuantFormat } from '../quant/format';
import { formatByGgmlType } from '../quant/registry';
import { NibbleError, untilCancelled } from '../util/errors';
import type { Work } from '../util/work';
import { readRows, sourceFormat } from './row-ranges';

const SAMPLED_WEIGHTS = 1 << 16;
const BINS = 65;
const OUTLIERS = 8;

/** Weights of a tensor before and after quantization, by the reference codec, whose bytes the GPU reproduces. */
export interface TensorInspection {
  readonly name: string;
  readonly type: string;
  readonly sourceType: string;
  readonly rows: number;
  readonly cols: number;
  readonly blocksPerRow: number;
  /** Evenly spaced rows that the histogram and the outliers are taken from. */
  readonly sampledRows: number;
  readonly histogram: {
    readonly low: number;
    readonly high: number;
    readonly before: readonly number[];
    readonly after: readonly number[];
  };
  /** Largest weights of the sample, before and after. */
  readonly outliers: readonly { row: number; col: number; before: number; after: number }[];
  readonly block: {
    readonly row: number;
    readonly index: number;
    /** Fields of the block as stored in the file, in hexadecimal. */
    readonly fields: readonly { readonly name: string; readonly hex: string }[];
    readonly before: readonly number[];
    readonly after: readonly number[];
    /** weight = step x code - low. Empty for float types. */
    readonly codes: readonly { readonly code: number; readonly step: number; readonly low: number }[];
    readonly rmse: number;
  };
}

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ');

/** A row before and after quantization, with its encoded bytes. */
async function rowOf(tensor: PlannedTensor, target: QuantFormat, row: number, signal?: AbortSignal) {
  const cols = tensor.shape[0]!;
  const rowsPerExpert = tensor.shape[1] ?? 1;
  const raw = await untilCancelled(readRows(tensor.source, { first: row, count: 1, cols }, signal), signal);
  const before = sourceFormat(tensor.source).decode(raw);
  const at = Math.floor(row / rowsPerExpert) * cols;
  const bytes = target.encode(before, tensor.importance?.subarray(at, at + cols));
  return { before, bytes, after: target.decode(bytes) };
}

/** Codes of a block, in eighths at the finest: the shift of the 1-bit codebooks. */
export function codesOf(format: QuantFormat, block: Uint8Array, after: readonly number[]) {
  const groups = format.groups?.(block) ?? [];
  if (groups.length === 0) return [];
  return after.map((value, i) => {
    const { step, low } = groups[Math.floor((i * groups.length) / after.length)]!;
    return { code: step === 0 ? 0 : Math.round((8 * (value + low)) / step) / 8, step, low };
  });
}

/** Inspects a tensor of a plan and one of its blocks. Throws NibbleError when the block does not exist. */
export async function inspectTensor(
  tensor: PlannedTensor,
  row: number,
  block: number,
  { signal }: Pick<Work, 'signal'> = {},
): Promise<TensorInspection> {
  const target = formatByGgmlType(tensor.type.id);
  const [cols, ...stacked] = tensor.shape;
  const rows = stacked.reduce((n, d) => n * d, 1);
  if (!target) throw new NibbleError(`${tensor.name} is ${tensor.type.label}, which cannot be looked into.`);
  const blocksPerRow = cols! / target.block.size;
  const isInside = (n: number, max: number) => Number.isInteger(n) && n >= 0 && n < max;
  if (!isInside(row, rows) || !isInside(block, blocksPerRow))
    throw new NibbleError(
      `${tensor.name} has ${rows} rows of ${blocksPerRow} blocks; there is no row ${row}, block ${block}.`,
    );
  const sampledRows = Math.min(rows, Math.max(1, Math.ceil(SAMPLED_WEIGHTS / cols!)));
  const sample: ({ row: number } & Awaited<ReturnType<typeof rowOf>>)[] = [];
  for (let i = 0; i < sampledRows; i++) {
    const at = Math.floor((i * rows) / sampledRows);
    sample.push({ row: at, ...(await rowOf(tensor, target, at, signal)) });
  }
  let high = 0;
  for (const { before, after } of sample)
    for (let i = 0; i < before.length; i++) high = Math.max(high, Math.abs(before[i]!), Math.abs(after[i]!));
  const count = (pick: 'before' | 'after') => {
    const bins = new Array<number>(BINS).fill(0);
    for (const one of sample)
      for (const v of one[pick])
        bins[Math.min(BINS - 1, Math.floor(((v + high) / (2 * high || 1)) * BINS))]! += 1;
    return bins;
  };
  const outliers = sample
    .flatMap(({ row, before, after }) =>
      Array.from(before, (v, col) => ({ row, col, before: v, after: after[col]! }))
        .sort((a, b) => Math.abs(b.before) - Math.abs(a.before))
        .slice(0, OUTLIERS),
    )
    .sort((a, b) => Math.abs(b.before) - Math.abs(a.before))
    .slice(0, OUTLIERS);
  const own = await rowOf(tensor, target, row, signal);
  const first = block * target.block.size;
  const [before, after] = [own.before, own.after].map((x) => [
    ...x.subarray(first, first + target.block.size),
  ]);
  const start = formatBytesFor(target, first);
  return {
    name: tensor.name,
    type: target.label,
    sourceType: tensor.source.type.label,
    rows,
    cols: cols!,
    blocksPerRow,
    sampledRows,
    histogram: { low: -high, high, before: count('before'), after: count('after') },
    outliers,
    block: {
      row,
      index: block,
      fields: target.planes.map((p) => ({
        name: p.name,
        hex: hexOf(own.bytes.subarray(start + p.at, start + p.at + p.bytes)),
      })),
      before: before!,
      after: after!,
      codes: codesOf(target, own.bytes.subarray(start, start + target.block.bytes), after!),
      rmse: Math.sqrt(before!.reduce((s, v, i) => s + (v - after![i]!) ** 2, 0) / before!.length),
    },
  };
}
