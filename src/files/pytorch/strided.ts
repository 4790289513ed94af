import type { StoredTensor } from './storage';

/** Reads bytes [start, end) of a storage. */
type Read = (start: number, end: number, signal?: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;
const WINDOW_BYTES = 4 << 20;

/** Returns true if the elements lie in the order of the shape, without gaps. */
export function isContiguous({ shape, strides }: StoredTensor): boolean {
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== step) return false;
    step *= shape[d]!;
  }
  return true;
}

/** Elements of a storage through a window that moves on. */
class Window {
  #start = 0;
  #bytes = new Uint8Array(0);
  constructor(
    readonly read: Read,
    readonly sizeBytes: number,
    readonly signal: AbortSignal | undefined,
  ) {}
  /** `count` bytes at `at`. */
  async at(at: number, count: number): Promise<Uint8Array> {
    if (at < this.#start || at + count > this.#start + this.#bytes.length) {
      const end = Math.min(this.sizeBytes, at + Math.max(count, WINDOW_BYTES));
      this.#bytes = await this.read(at, end, this.signal);
      this.#start = at;
    }
    return this.#bytes.subarray(at - this.#start, at - this.#start + count);
  }
}

/**
 * Bytes [start, end) of a tensor in the order of its shape, from a storage that is read in windows of 4 MiB. Elements are
 * visited in the order of the storage, whatever the strides, so that each window is read once; a slice of a transposed
 * matrix passes over the whole of it.
 */
export async function readStrided(
  tensor: StoredTensor,
  read: Read,
  start: number,
  end: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const each = tensor.storage.type.blockBytes;
  const base = tensor.offset * each;
  if (isContiguous(tensor)) return read(base + start, base + end, signal);
  const [firsts, rest] = [tensor.shape[0]!, tensor.shape.slice(1).reduce((n, size) => n * size, 1)];
  const rowBytes = rest * each;
  const from = Math.floor(start / rowBytes);
  const to = Math.min(firsts, Math.ceil(end / rowBytes));
  const out = new Uint8Array((to - from) * rowBytes);
  // Dimensions of the wanted rows: size, step in the storage and step in the result, the longest step first.
  let step = rowBytes;
  const dims = tensor.shape
    .map((size, d) => {
      if (d > 0) step /= size;
      return { size: d === 0 ? to - from : size, stride: tensor.strides[d]! * each, step };
    })
    .sort((a, b) => b.stride - a.stride);
  const window = new Window(read, tensor.storage.count * each, signal);
  const inner = dims.at(-1)!;
  const outer = dims.slice(0, -1);
  const index = outer.map(() => 0);
  const first = base + from * tensor.strides[0]! * each;
  const runs = outer.reduce((n, { size }) => n * size, 1);
  for (let run = 0; run < runs; run++) {
    const place = outer.reduce((at, { stride }, d) => at + stride * index[d]!, first);
    const target = outer.reduce((at, d, i) => at + d.step * index[i]!, 0);
    await copyRun(window, place, inner, each, out, target);
    for (let d = outer.length - 1; d >= 0; d--) {
      index[d]!++;
      if (index[d]! < outer[d]!.size) break;
      index[d] = 0;
    }
  }
  return out.subarray(start - from * rowBytes, end - from * rowBytes);
}

/** Copies elements that lie `stride` bytes apart to places `step` bytes apart, in pieces that a window holds. */
async function copyRun(
  window: Window,
  place: number,
  { size, stride, step }: { readonly size: number; readonly stride: number; readonly step: number },
  each: number,
  out: Uint8Array,
  target: number,
): Promise<void> {
  const piece = Math.max(1, Math.min(size, Math.floor(WINDOW_BYTES / Math.max(stride, each))));
  for (let i = 0; i < size; i += piece) {
    const count = Math.min(piece, size - i);
    const bytes = await window.at(place + i * stride, (count - 1) * stride + each);
    if (stride === each && step === each) out.set(bytes, target + i * each);
    else
      for (let e = 0; e < count; e++)
        for (let b = 0; b < each; b++) out[target + (i + e) * step + b] = bytes[e * stride + b]!;
  }
}
