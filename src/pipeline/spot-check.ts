import type { TensorSource } from '../files/model-file';
import { formatBytesFor, type QuantFormat } from '../quant/format';
import { formatByGgmlType } from '../quant/registry';
import { GpuError, untilCancelled } from '../util/errors';
import { seededRandom } from '../util/random';

/** A range of whole blocks inside a row. */
interface Piece {
  /** Index of the first weight in the tensor. */
  readonly start: number;
  readonly count: number;
}

const ENDS_BLOCKS = 64;
const RANDOM_PIECES = 4;
const RANDOM_BLOCKS = 16;
/** On adapters that flush float32 denormals, scale searches over weights this small give other results. */
const DENORMAL_REACH = 1e-6;

/**
 * Compares the GPU's encoding of a tensor with the reference codec: the first and last 64 blocks and a random sample.
 * Feed it the bytes in file order.
 */
export class SpotCheck {
  readonly #source: TensorSource;
  readonly #target: QuantFormat;
  readonly #importance: Float32Array<ArrayBuffer> | undefined;
  readonly #denormalsFlushed: boolean;
  /** Ranges that are read at once, and their encoded bytes. */
  readonly #runs: { readonly at: Piece; readonly bytes: Uint8Array<ArrayBuffer> }[];
  #position = 0;

  constructor(
    source: TensorSource,
    target: QuantFormat,
    importance: Float32Array<ArrayBuffer> | undefined,
    denormalsFlushed: boolean,
  ) {
    this.#source = source;
    this.#target = target;
    this.#importance = target.importance ? importance : undefined;
    this.#denormalsFlushed = denormalsFlushed;
    this.#runs = this.#choose().map((at) => ({
      at,
      bytes: new Uint8Array(formatBytesFor(target, at.count)),
    }));
  }

  #choose(): Piece[] {
    const cols = this.#source.shape[0]!;
    const total = this.#source.shape.reduce((n, d) => n * d, 1);
    // With importance, formats with `rowSpread` weight a block by its whole row.
    const unit = this.#importance && this.#target.rowSpread ? cols : this.#target.block.size;
    const random = seededRandom(total + cols);
    const starts = [0, Math.max(0, total - ENDS_BLOCKS * this.#target.block.size)];
    const sizes = [ENDS_BLOCKS, ENDS_BLOCKS];
    for (let i = 0; i < RANDOM_PIECES; i++) {
      starts.push(Math.floor(random() * total));
      sizes.push(RANDOM_BLOCKS);
    }
    return starts.map((start, i) => {
      const from = Math.floor(start / unit) * unit;
      const wanted = sizes[i]! * this.#target.block.size;
      return { start: from, count: Math.min(total, Math.ceil((from + wanted) / unit) * unit) - from };
    });
  }

  /** Takes the next encoded bytes of the tensor. */
  feed(bytes: Uint8Array): void {
    const begin = this.#position;
    const end = begin + bytes.length;
    for (const run of this.#runs) {
      const at = formatBytesFor(this.#target, run.at.start);
      const from = Math.max(at, begin);
      const to = Math.min(at + run.bytes.length, end);
      if (from < to) run.bytes.set(bytes.subarray(from - begin, to - begin), from - at);
    }
    this.#position = end;
  }

  /** Returns the number of blocks compared. Throws GpuError naming the first block that differs. */
  async verify(signal?: AbortSignal): Promise<number> {
    let blocks = 0;
    for (const run of this.#runs) blocks += await this.#verifyRun(run.at, run.bytes, signal);
    return blocks;
  }

  async #verifyRun(run: Piece, made: Uint8Array, signal: AbortSignal | undefined): Promise<number> {
    const from = formatByGgmlType(this.#source.type.id)!;
    const first = Math.floor(run.start / from.block.size) * from.block.size;
    const last = Math.ceil((run.start + run.count) / from.block.size) * from.block.size;
    const [start, end] = [formatBytesFor(from, first), formatBytesFor(from, last)];
    const raw = await untilCancelled(this.#source.read(start, end, signal), signal);
    const decoded = from.decode(raw);
    const { size, bytes: each } = this.#target.block;
    let blocks = 0;
    for (const at of inRows(run, this.#source.shape[0]!)) {
      const x = decoded.slice(at.start - first, at.start - first + at.count);
      const begin = formatBytesFor(this.#target, at.start - run.start);
      const bytes = made.subarray(begin, begin + formatBytesFor(this.#target, at.count));
      const want =
        this.#target === from
          ? raw.subarray(begin, begin + bytes.length)
          : this.#target.encode(x, this.#importanceOf(at));
      for (let b = 0; b < at.count / size; b++) {
        const wanted = want.subarray(b * each, (b + 1) * each);
        const wrong = wanted.findIndex((v, i) => v !== bytes[b * each + i]);
        if (wrong < 0) blocks++;
        else if (!this.#denormal(x.subarray(b * size, (b + 1) * size)))
          throw this.#mismatch(at.start / size + b, wrong, bytes[b * each + wrong]!, wanted[wrong]!);
      }
    }
    return blocks;
  }

  #importanceOf(at: Piece): Float32Array<ArrayBuffer> | undefined {
    if (!this.#importance) return undefined;
    const [cols = 1, rows = 1] = this.#source.shape;
    const matrix = Math.floor(at.start / (cols * rows));
    const column = (at.start % cols) + matrix * cols;
    return this.#importance.slice(column, column + at.count);
  }

  #denormal(x: Float32Array): boolean {
    return this.#denormalsFlushed && x.every((v) => Math.abs(v) < DENORMAL_REACH);
  }

  #mismatch(block: number, byte: number, got: number, want: number): GpuError {
    return new GpuError(
      `${this.#source.name}: block ${block} of ${this.#target.label} has ${got} at byte ${byte}; the reference codec gives ${want}.`,
      'This device or its driver computes wrongly; the file was not written. Please report it with the facts under Device.',
    );
  }
}

/** Splits a range of weights at row ends. */
function inRows(run: Piece, cols: number): Piece[] {
  const out: Piece[] = [];
  const end = run.start + run.count;
  for (let at = run.start; at < end; ) {
    const stop = Math.min(end, (Math.floor(at / cols) + 1) * cols);
    out.push({ start: at, count: stop - at });
    at = stop;
  }
  return out;
}
