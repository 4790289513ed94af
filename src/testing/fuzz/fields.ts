// Binary formats as trees of fields: mutated field by field, then written again. Lengths and counts follow what they count,
// unless a mutation makes them lie.
import { type Chooser, odd, oddTexts } from './chooser';
import { mutateBytes } from './mutate-json';

export interface NumberField {
  readonly kind: 'number';
  readonly width: 1 | 2 | 4 | 8;
  readonly float: boolean;
  value: number | bigint;
  /** Values that mean something to the reader. */
  readonly choices: readonly number[];
}
/** A length of bytes, or a count of fields. */
export interface SizeField {
  readonly kind: 'size';
  readonly width: 4 | 8;
  readonly of: BytesField | GroupField;
  /** In the place of the true one. */
  lie?: bigint;
}
export interface BytesField {
  readonly kind: 'bytes';
  bytes: Uint8Array<ArrayBuffer>;
}
export interface GroupField {
  readonly kind: 'group';
  readonly fields: Field[];
}
/** Zeros up to a multiple. */
export interface PadField {
  readonly kind: 'pad';
  to: number;
}
export type Field = NumberField | SizeField | BytesField | GroupField | PadField;

const numberField = (width: NumberField['width'], float: boolean) => {
  return (value: number | bigint, choices: readonly number[] = []): NumberField => ({
    kind: 'number',
    width,
    float,
    value,
    choices,
  });
};
export const u8 = numberField(1, false);
export const u16 = numberField(2, false);
export const u32 = numberField(4, false);
export const u64 = numberField(8, false);
export const f32 = numberField(4, true);
export const f64 = numberField(8, true);
export const raw = (bytes: Uint8Array<ArrayBuffer>): BytesField => ({ kind: 'bytes', bytes });
export const group = (...fields: Field[]): GroupField => ({ kind: 'group', fields });
export const pad = (to: number): PadField => ({ kind: 'pad', to });
export const size = (width: 4 | 8, of: BytesField | GroupField): SizeField => ({ kind: 'size', width, of });

const encoder = new TextEncoder();
/** A text after its length. */
export function text(width: 4 | 8, value: string): GroupField {
  const bytes = raw(encoder.encode(value));
  return group(size(width, bytes), bytes);
}

/** Writes a tree as bytes, little endian. */
export function written(root: Field): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(1024);
  let view = new DataView(bytes.buffer);
  let at = 0;
  const room = (count: number): void => {
    if (at + count <= bytes.length) return;
    const larger = new Uint8Array(2 * (at + count));
    larger.set(bytes);
    bytes = larger;
    view = new DataView(bytes.buffer);
  };
  const integer = (width: number, value: bigint): void => {
    room(8);
    view.setBigUint64(at, BigInt.asUintN(64, value), true);
    // The next field lies over what is too wide.
    bytes.fill(0, at + width, at + 8);
    at += width;
  };
  const write = (field: Field): void => {
    if (field.kind === 'group') for (const inner of field.fields) write(inner);
    else if (field.kind === 'bytes') {
      room(field.bytes.length);
      bytes.set(field.bytes, at);
      at += field.bytes.length;
    } else if (field.kind === 'pad') {
      const rest = field.to > 0 ? (field.to - (at % field.to)) % field.to : 0;
      room(rest);
      at += rest;
    } else if (field.kind === 'size')
      integer(
        field.width,
        field.lie ?? BigInt(field.of.kind === 'bytes' ? field.of.bytes.length : field.of.fields.length),
      );
    else if (field.float) {
      room(8);
      if (field.width === 4) view.setFloat32(at, Number(field.value), true);
      else view.setFloat64(at, Number(field.value), true);
      at += field.width;
    } else integer(field.width, asInteger(field.value));
  };
  write(root);
  return bytes.slice(0, at);
}

const asInteger = (value: number | bigint): bigint =>
  typeof value === 'bigint' ? value : BigInt(Number.isFinite(value) ? Math.trunc(value) : 0);

interface Found {
  readonly field: Field;
  readonly parent: GroupField | undefined;
}
function fieldsOf(root: Field): Found[] {
  const found: Found[] = [];
  const visit = (field: Field, parent: GroupField | undefined): void => {
    found.push({ field, parent });
    if (field.kind === 'group') for (const inner of field.fields) visit(inner, field);
  };
  visit(root, undefined);
  return found;
}

function mutateNumber(r: Chooser, field: NumberField): void {
  if (field.choices.length > 0 && !r.oneIn(3)) field.value = r.pick(field.choices);
  else if (field.float)
    field.value = r.pick([Number.NaN, Number.POSITIVE_INFINITY, -0, 0, -1, 1e-40, 3e38, 0.5]);
  else if (r.oneIn(2)) field.value = asInteger(field.value) + BigInt(r.pick([1, -1, 8, -8, 32, -32, 64]));
  else field.value = r.pick(odd);
}

function mutateSize(r: Chooser, field: SizeField): void {
  const truth = field.of.kind === 'bytes' ? field.of.bytes.length : field.of.fields.length;
  field.lie = r.oneIn(2) ? BigInt(truth + r.pick([1, -1, 2, 8, 100])) : BigInt(r.pick(odd));
}

function mutateGroup(r: Chooser, { fields }: GroupField, all: readonly Found[]): void {
  if (fields.length === 0) return;
  const place = r.below(fields.length);
  const other = r.below(fields.length);
  switch (r.below(5)) {
    case 0:
      fields.splice(place, 1);
      break;
    case 1:
      fields.splice(other, 0, fields[place]!);
      break;
    case 2:
      [fields[place], fields[other]] = [fields[other]!, fields[place]!];
      break;
    case 3:
      fields.length = place;
      break;
    default: {
      // A field from elsewhere, groups only where they end: a tree that holds itself cannot be written.
      const { field } = r.pick(all);
      if (field.kind !== 'group') fields.splice(place, 1, field);
    }
  }
}

/** Mutates a few fields of a tree. */
export function mutateFields(r: Chooser, root: Field, names: readonly string[] = []): void {
  for (let n = r.few(); n > 0; n--) {
    const all = fieldsOf(root);
    const { field } = r.pick(all);
    if (field.kind === 'number') mutateNumber(r, field);
    else if (field.kind === 'size') mutateSize(r, field);
    else if (field.kind === 'group') mutateGroup(r, field, all);
    else if (field.kind === 'pad') field.to = r.pick([0, 1, 8, 16, 32, 64, 4096]);
    else if (r.oneIn(2)) field.bytes = mutateBytes(r, field.bytes);
    else field.bytes = encoder.encode(r.oneIn(2) && names.length > 0 ? r.pick(names) : r.pick(oddTexts));
  }
}
