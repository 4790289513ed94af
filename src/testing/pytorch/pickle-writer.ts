// Writes pickles and checkpoints as torch.save does, from a description; shares no code with the reader.
import { type Field, type GroupField, group, raw, text, u16, u32, u64, u8 } from '../fuzz/fields';

/** A Python value to be pickled. */
export type Python =
  | null
  | boolean
  | number
  | string
  | { readonly tuple: readonly Python[] }
  | { readonly list: readonly Python[] }
  | {
      readonly dict: readonly (readonly [Python, Python])[];
      readonly ordered?: boolean;
      readonly state?: Python;
    }
  | { readonly global: string }
  | { readonly call: string; readonly args: readonly Python[] }
  | { readonly persistent: readonly Python[] };

const encoder = new TextEncoder();
const op = (code: number, ...operands: Field[]): GroupField => group(u8(code), ...operands);
const line = (value: string): Field => raw(encoder.encode(`${value}\n`));

function globalOps(name: string): Field[] {
  const dot = name.lastIndexOf('.');
  return [op(0x63, line(name.slice(0, dot)), line(name.slice(dot + 1)))];
}

function numberOps(value: number): Field[] {
  if (!Number.isInteger(value)) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, false);
    return [op(0x47, raw(bytes))];
  }
  if (value >= 0 && value < 256) return [op(0x4b, u8(value))];
  if (value >= 0 && value < 65536) return [op(0x4d, u16(value))];
  if (Math.abs(value) < 2 ** 31) return [op(0x4a, u32(value))];
  return [op(0x8a, u8(8), u64(value))];
}

/** Opcodes of a value, each a group of its own. */
export function opsOf(value: Python): Field[] {
  if (value === null) return [op(0x4e)];
  if (typeof value === 'boolean') return [op(value ? 0x88 : 0x89)];
  if (typeof value === 'number') return numberOps(value);
  if (typeof value === 'string') return [op(0x58, text(4, value))];
  if ('global' in value) return globalOps(value.global);
  if ('tuple' in value) {
    const items = value.tuple.flatMap(opsOf);
    if (value.tuple.length === 0) return [op(0x29)];
    if (value.tuple.length < 4) return [...items, op(0x84 + value.tuple.length)];
    return [op(0x28), ...items, op(0x74)];
  }
  if ('list' in value) return [op(0x5d), op(0x28), ...value.list.flatMap(opsOf), op(0x65)];
  if ('call' in value) return [...globalOps(value.call), ...opsOf({ tuple: value.args }), op(0x52)];
  if ('persistent' in value) return [...opsOf({ tuple: value.persistent }), op(0x51)];
  const begin = value.ordered ? opsOf({ call: 'collections.OrderedDict', args: [] }) : [op(0x7d)];
  const pairs = value.dict.flatMap(([key, inner]) => [...opsOf(key), ...opsOf(inner)]);
  const state = value.state === undefined ? [] : [...opsOf(value.state), op(0x62)];
  return [...begin, op(0x28), ...pairs, op(0x75), ...state];
}

/** A pickle of protocol 2. */
export const pickleOf = (value: Python): GroupField => group(op(0x80, u8(2)), ...opsOf(value), op(0x2e));

/** A storage with its elements, and a tensor that views it. */
export interface StorageFile {
  readonly key: string;
  /** Class without `torch.`. */
  readonly kind: string;
  readonly count: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
/** Bytes of an element by class. */
export const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  FloatStorage: 4,
  HalfStorage: 2,
  BFloat16Storage: 2,
  DoubleStorage: 8,
  LongStorage: 8,
  IntStorage: 4,
  ShortStorage: 2,
  CharStorage: 1,
  ByteStorage: 1,
  BoolStorage: 1,
};

/** The bytes of a view, element by element. */
export function viewed(
  s: StorageFile,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Uint8Array<ArrayBuffer> {
  const each = ELEMENT_BYTES[s.kind]!;
  const count = shape.reduce((a, b) => a * b, 1);
  const out = new Uint8Array(count * each);
  for (let i = 0; i < count; i++) {
    let rest = i;
    let at = offset;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += (rest % shape[d]!) * strides[d]!;
      rest = Math.floor(rest / shape[d]!);
    }
    out.set(s.bytes.subarray(at * each, (at + 1) * each), i * each);
  }
  return out;
}

export const tensorOf = (
  storage: StorageFile,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
  legacy = false,
): Python => ({
  call: 'torch._utils._rebuild_tensor_v2',
  args: [
    {
      persistent: [
        'storage',
        { global: `torch.${storage.kind}` },
        storage.key,
        'cpu',
        storage.count,
        ...(legacy ? [null] : []),
      ],
    },
    offset,
    { tuple: shape },
    { tuple: strides },
    false,
    { dict: [], ordered: true },
  ],
});

/** An entry of an archive. */
export interface ArchiveEntry {
  readonly name: string;
  readonly body: Field;
}

/** A stored zip archive, whose entries are aligned to 64 bytes by their extra field, as torch.save's are. */
export function archiveOf(
  entries: readonly ArchiveEntry[],
  sizeOf: (field: Field) => number,
  zip64 = false,
): GroupField {
  const locals: Field[] = [];
  const central: Field[] = [];
  let at = 0;
  for (const { name, body } of entries) {
    const bytes = sizeOf(body);
    const path = encoder.encode(name);
    const rest = (64 - ((at + 30 + path.length + 4) % 64)) % 64;
    const extra = [u16(0x4246), u16(rest), raw(new Uint8Array(rest).fill(0x5a))];
    const head = [
      ...Array.from({ length: 5 }, () => u16(0)),
      u32(0),
      u32(bytes),
      u32(bytes),
      u16(path.length),
    ];
    locals.push(group(u32(0x04034b50), ...head, u16(4 + rest), raw(path), ...extra), body);
    const long = zip64 ? group(u16(1), u16(24), u64(bytes), u64(bytes), u64(at)) : group();
    const [size32, at32] = zip64 ? [0xffffffff, 0xffffffff] : [bytes, at];
    const fields = [
      ...Array.from({ length: 6 }, () => u16(0)),
      u32(0),
      u32(size32),
      u32(size32),
      u16(path.length),
    ];
    const after = [u16(zip64 ? 28 : 0), u16(0), u16(0), u16(0), u32(0), u32(at32), raw(path), long];
    central.push(group(u32(0x02014b50), ...fields, ...after));
    at += 30 + path.length + 4 + rest + bytes;
  }
  const directory = group(...central);
  const directoryBytes = sizeOf(directory);
  const counts = [u64(entries.length), u64(entries.length), u64(directoryBytes), u64(at)];
  const record = zip64 ? [u32(0x06064b50), u64(44), u16(45), u16(45), u32(0), u32(0), ...counts] : [];
  const locator = zip64 ? [u32(0x07064b50), u32(0), u64(at + directoryBytes), u32(1)] : [];
  const end = zip64
    ? [u16(0xffff), u16(0xffff), u32(0xffffffff), u32(0xffffffff)]
    : [u16(entries.length), u16(entries.length), u32(directoryBytes), u32(at)];
  return group(...locals, directory, ...record, ...locator, u32(0x06054b50), u16(0), u16(0), ...end, u16(0));
}

/** The file of torch.save: data.pkl, byteorder, a record for each storage. */
export const checkpointArchive = (
  value: Python,
  storages: readonly StorageFile[],
  sizeOf: (field: Field) => number,
  options: { readonly root?: string; readonly zip64?: boolean; readonly more?: readonly ArchiveEntry[] } = {},
): GroupField => {
  const root = options.root ?? 'archive';
  return archiveOf(
    [
      { name: `${root}/data.pkl`, body: pickleOf(value) },
      { name: `${root}/byteorder`, body: raw(encoder.encode('little')) },
      ...storages.map((s) => ({ name: `${root}/data/${s.key}`, body: raw(s.bytes) })),
      { name: `${root}/version`, body: raw(encoder.encode('3\n')) },
      ...(options.more ?? []),
    ],
    sizeOf,
    options.zip64,
  );
};

/** The file of torch.save before PyTorch 1.6. */
export function checkpointLegacy(value: Python, storages: readonly StorageFile[]): GroupField {
  const magic = Uint8Array.of(0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19);
  return group(
    group(op(0x80, u8(2)), op(0x8a, u8(10), raw(magic)), op(0x2e)),
    pickleOf(1001),
    pickleOf({
      dict: [
        ['protocol_version', 1001],
        ['little_endian', true],
      ],
    }),
    pickleOf(value),
    pickleOf({ list: storages.map((s) => s.key) }),
    ...storages.flatMap((s) => [u64(s.count), raw(s.bytes)]),
  );
}
