import { alignUp } from '../../util/bytes';
import { encodeUtf8 } from '../../util/utf8';
import type { GgmlType } from '../ggml-types';
import { alignmentOf, GgufType, type Metadata, type MetaValue, type Scalar } from './metadata';

/** A tensor to write; list order is file order. */
export interface TensorOut {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: GgmlType;
  readonly sizeBytes: number;
}

class Growing {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  #room(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(this.length, this.#bytes.length * 2));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    return at;
  }
  u32(value: number): void {
    const at = this.#room(4); // first: it may reallocate #view
    this.#view.setUint32(at, value, true);
  }
  u64(value: number | bigint): void {
    const at = this.#room(8);
    this.#view.setBigUint64(at, BigInt(value), true);
  }
  string(value: string): void {
    const bytes = encodeUtf8(value);
    this.u64(bytes.length);
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }
  scalar(type: number, value: Scalar): void {
    if (type === GgufType.STRING) {
      this.string(value as string);
      return;
    }
    const at = this.#room(WIDTHS[type]!);
    const view = this.#view;
    if (type === GgufType.UINT8 || type === GgufType.INT8) view.setUint8(at, Number(value));
    else if (type === GgufType.BOOL) view.setUint8(at, value ? 1 : 0);
    else if (type === GgufType.UINT16 || type === GgufType.INT16) view.setUint16(at, Number(value), true);
    else if (type === GgufType.UINT32 || type === GgufType.INT32) view.setUint32(at, Number(value), true);
    else if (type === GgufType.FLOAT32) view.setFloat32(at, Number(value), true);
    else if (type === GgufType.FLOAT64) view.setFloat64(at, Number(value), true);
    else if (type === GgufType.UINT64) view.setBigUint64(at, BigInt(value as bigint), true);
    else view.setBigInt64(at, BigInt(value as bigint), true);
  }
  pad(multiple: number): void {
    this.#room(alignUp(this.length, multiple) - this.length);
  }
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }
}

const WIDTHS: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};

function writeValue(out: Growing, entry: MetaValue): void {
  out.u32(entry.type);
  if ('itemType' in entry) {
    out.u32(entry.itemType);
    out.u64(entry.value.length);
    for (const item of entry.value) out.scalar(entry.itemType, item);
  } else out.scalar(entry.type, entry.value);
}

/** Bytes of values as they are written, type included: plans of all levels share a vocabulary of megabytes. */
const valueBytes = new WeakMap<MetaValue, number>();

function bytesOfValue(entry: MetaValue): number {
  let size = valueBytes.get(entry);
  if (size === undefined) {
    const out = new Growing();
    writeValue(out, entry);
    size = out.length;
    valueBytes.set(entry, size);
  }
  return size;
}

/** Length of the header that ggufHeader makes. */
export function ggufHeaderBytes(metadata: Metadata, tensors: readonly TensorOut[]): number {
  let size = 24;
  for (const [key, entry] of metadata) size += 8 + encodeUtf8(key).length + bytesOfValue(entry);
  for (const { name, shape } of tensors) size += 8 + encodeUtf8(name).length + 4 + 8 * shape.length + 12;
  return alignUp(size, alignmentOf(metadata));
}

/** Magic, version 3, metadata, tensor infos and the padding before the data section, as general.alignment says. */
export function ggufHeader(metadata: Metadata, tensors: readonly TensorOut[]): Uint8Array<ArrayBuffer> {
  const out = new Growing();
  out.u32(0x46554747);
  out.u32(3);
  out.u64(tensors.length);
  out.u64(metadata.size);
  for (const [key, entry] of metadata) {
    out.string(key);
    writeValue(out, entry);
  }
  const alignment = alignmentOf(metadata);
  let offset = 0;
  for (const tensor of tensors) {
    out.string(tensor.name);
    out.u32(tensor.shape.length);
    for (const n of tensor.shape) out.u64(n);
    out.u32(tensor.type.id);
    out.u64(offset);
    offset += alignUp(tensor.sizeBytes, alignment);
  }
  out.pad(alignment);
  return out.bytes();
}

/** Bytes of the data section: every tensor padded to the alignment. */
export const ggufDataBytes = (metadata: Metadata, tensors: readonly TensorOut[]): number =>
  tensors.reduce((sum, t) => sum + alignUp(t.sizeBytes, alignmentOf(metadata)), 0);
