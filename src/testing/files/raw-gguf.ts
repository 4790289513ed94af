import { GgufType } from '../../files/gguf/metadata';
import { alignUp } from '../../util/bytes';
import { encodeUtf8 } from '../../util/utf8';

/** A tensor info as it is written; nothing is checked. */
export interface RawTensor {
  readonly name: string;
  readonly dims?: readonly (number | bigint)[];
  readonly type?: number;
  /** By default the tensors lie one after the other. */
  readonly offset?: number | bigint;
  /** Bytes that it takes in the data; the default is that of F32. */
  readonly sizeBytes?: number;
}

export interface RawGguf {
  readonly version?: number;
  /** Key, value type and the bytes of the value. */
  readonly pairs?: readonly (readonly [key: string, type: number, value: Uint8Array | readonly number[]])[];
  readonly tensors?: readonly RawTensor[];
  /** Padding of header and tensors, whatever the metadata says. */
  readonly alignment?: number;
  /** The file ends with the last tensor's bytes. */
  readonly unpadded?: boolean;
}

export const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
export const u64 = (value: number | bigint): Uint8Array =>
  new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, BigInt(value))).buffer);
export const text = (value: string): Uint8Array => {
  const bytes = encodeUtf8(value);
  return Uint8Array.from([...u64(bytes.length), ...bytes]);
};
export const alignmentPair = (value: number) => ['general.alignment', GgufType.UINT32, u32(value)] as const;

/** A GGUF with what a writer of ours would never write: any version, name, type, count, offset. */
export function rawGguf({
  version = 3,
  pairs = [],
  tensors = [],
  alignment = 32,
  unpadded,
}: RawGguf): Uint8Array<ArrayBuffer> {
  const out: number[] = [
    ...Buffer.from('GGUF'),
    ...u32(version),
    ...u64(tensors.length),
    ...u64(pairs.length),
  ];
  for (const [key, type, value] of pairs) out.push(...text(key), ...u32(type), ...value);
  let end = 0;
  let last = 0;
  for (const { name, dims = [8], type = 0, offset = end, sizeBytes } of tensors) {
    out.push(...text(name), ...u32(dims.length), ...dims.flatMap((n) => [...u64(n)]), ...u32(type));
    out.push(...u64(offset));
    last = end + (sizeBytes ?? 4 * dims.reduce<number>((n, d) => n * Number(d), 1));
    end = alignUp(last, alignment);
  }
  const dataStart = alignUp(out.length, alignment);
  const bytes = new Uint8Array(dataStart + (unpadded ? last : end));
  bytes.set(out);
  return bytes;
}
