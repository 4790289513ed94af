import { formatByLabel } from '../quant/registry';

export interface NamedBytes {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface StoredTensor {
  readonly name: string;
  /** Row-major, outermost dimension first. */
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const jsonFile = (path: string, value: unknown): NamedBytes => ({
  path,
  bytes: new TextEncoder().encode(JSON.stringify(value)),
});

/** A tensor in a float type that is also a quantization format here. */
export const floatTensor = (
  name: string,
  shape: readonly number[],
  dtype: 'F32' | 'F16' | 'BF16',
  values: Float32Array<ArrayBuffer>,
): StoredTensor => ({ name, shape, dtype, bytes: formatByLabel(dtype).encode(values) });

export function safetensorsFile(path: string, tensors: readonly StoredTensor[]): NamedBytes {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let at = 0;
  for (const { name, shape, dtype, bytes } of tensors) {
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  const head = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(8 + head.length + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(head.length), true);
  out.set(head, 8);
  let to = 8 + head.length;
  for (const { bytes } of tensors) {
    out.set(bytes, to);
    to += bytes.length;
  }
  return { path, bytes: out };
}
