/** GGUF value types and their ids. Source: GGUF spec, gguf_metadata_value_type. */
export const GgufType = {
  UINT8: 0,
  INT8: 1,
  UINT16: 2,
  INT16: 3,
  UINT32: 4,
  INT32: 5,
  FLOAT32: 6,
  BOOL: 7,
  STRING: 8,
  ARRAY: 9,
  UINT64: 10,
  INT64: 11,
  FLOAT64: 12,
} as const;

/** A number of at most 32 bits or a double, a 64-bit integer as bigint, a string, or a truth value. */
export type Scalar = number | bigint | string | boolean;

/** A value of GGUF metadata. `type` and `itemType` are numbers of gguf_type; 9 is an array. */
export type MetaValue =
  | { readonly type: number; readonly value: Scalar }
  | { readonly type: 9; readonly itemType: number; readonly value: readonly Scalar[] };

/** Keys in file order. */
export type Metadata = ReadonlyMap<string, MetaValue>;

export const u32Value = (value: number): MetaValue => ({ type: GgufType.UINT32, value });
export const f32Value = (value: number): MetaValue => ({ type: GgufType.FLOAT32, value: Math.fround(value) });
export const boolValue = (value: boolean): MetaValue => ({ type: GgufType.BOOL, value });
export const stringValue = (value: string): MetaValue => ({ type: GgufType.STRING, value });
export const arrayValue = (itemType: number, value: readonly Scalar[]): MetaValue => ({
  type: 9,
  itemType,
  value,
});

/** Alignment of a file that names none, in bytes. */
export const DEFAULT_ALIGNMENT = 32;

/** Alignment of the data of a file with this metadata, in bytes: a power of two, which readGguf has checked. */
export const alignmentOf = (metadata: Metadata): number =>
  getNumber(metadata, 'general.alignment') ?? DEFAULT_ALIGNMENT;

export function getString(metadata: Metadata, key: string): string | undefined {
  const value = metadata.get(key)?.value;
  return typeof value === 'string' ? value : undefined;
}
/** A number of any width; undefined for a 64-bit value that is not a safe integer. */
export function getNumber(metadata: Metadata, key: string): number | undefined {
  const value = metadata.get(key)?.value;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') {
    const n = Number(value);
    return Number.isSafeInteger(n) ? n : undefined;
  }
  return undefined;
}
export function getBoolean(metadata: Metadata, key: string): boolean | undefined {
  const value = metadata.get(key)?.value;
  return typeof value === 'boolean' ? value : undefined;
}
export function getStrings(metadata: Metadata, key: string): readonly string[] | undefined {
  const entry = metadata.get(key);
  return entry && 'itemType' in entry && entry.itemType === GgufType.STRING
    ? (entry.value as readonly string[])
    : undefined;
}
export function getNumbers(metadata: Metadata, key: string): readonly number[] | undefined {
  const entry = metadata.get(key);
  if (!entry || !('itemType' in entry)) return undefined;
  return entry.value.every((v) => typeof v === 'number') ? (entry.value as readonly number[]) : undefined;
}
