// Matrices that are packed along their inputs: an output is a column of the file, so a row of the weight lies in pieces
// all over it. They are read a stripe of outputs at a time.
import type { SafeTensor } from '../../files/safetensors/read';
import { KIB, MIB } from '../../util/bytes';

/** Bytes of a stripe as it is kept. */
const STRIPE_BYTES = 12 * MIB;
/** Outputs of a stripe are a multiple of this, so that codes of any width end with a word. */
const WHOLE_WORDS = 32;
/** Bytes between two pieces that are read along, rather than asking for the pieces one by one. */
const READ_ALONG_BYTES = 256 * KIB;
const CHUNK_BYTES = 4 * MIB;

/** Outputs in a stripe, if each takes so many bytes. */
export const stripeWidth = (bytesEach: number): number =>
  Math.max(WHOLE_WORDS, Math.floor(STRIPE_BYTES / bytesEach / WHOLE_WORDS) * WHOLE_WORDS);

/** Bytes [from, to) of each row of a matrix, one after the other. */
export async function readColumns(
  tensor: SafeTensor,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const rows = tensor.shape[0]!;
  const rowBytes = tensor.sizeBytes / rows;
  const width = to - from;
  if (width === rowBytes) return tensor.read(0, tensor.sizeBytes, signal);
  const out = new Uint8Array(rows * width);
  const step = rowBytes - width > READ_ALONG_BYTES ? 1 : Math.max(1, Math.floor(CHUNK_BYTES / rowBytes));
  for (let row = 0; row < rows; row += step) {
    const end = Math.min(rows, row + step);
    const start = row * rowBytes + from;
    const bytes = await tensor.read(start, (end - 1) * rowBytes + to, signal);
    for (let r = row; r < end; r++) {
      const at = r * rowBytes + from - start;
      out.set(bytes.subarray(at, at + width), r * width);
    }
  }
  return out;
}

/** A matrix that is read in stripes. */
export interface Striped<T> {
  readonly outputs: number;
  /** Outputs of a stripe. */
  readonly width: number;
  load(from: number, to: number, signal?: AbortSignal): Promise<T>;
}
export interface Stripe<T> {
  readonly from: number;
  readonly to: number;
  readonly data: T;
}

/** Keeps the stripe that was read last, of all matrices: rows are asked for in order, a few at a time. */
export class LastStripe {
  #owner: unknown;
  #stripe: Stripe<unknown> | undefined;

  #kept<T>(matrix: Striped<T>, output: number): Stripe<T> | undefined {
    const stripe = this.#stripe;
    const isHere = this.#owner === matrix && stripe && stripe.from <= output && output < stripe.to;
    // Freed before the next is read: two would be held at once.
    if (!isHere) this.#stripe = undefined;
    return isHere ? (stripe as Stripe<T>) : undefined;
  }

  /** The stripe that holds an output. */
  async of<T>(matrix: Striped<T>, output: number, signal?: AbortSignal): Promise<Stripe<T>> {
    const kept = this.#kept(matrix, output);
    if (kept) return kept;
    const from = Math.floor(output / matrix.width) * matrix.width;
    const to = Math.min(matrix.outputs, from + matrix.width);
    const stripe = { from, to, data: await matrix.load(from, to, signal) };
    this.#owner = matrix;
    this.#stripe = stripe;
    return stripe;
  }
}
