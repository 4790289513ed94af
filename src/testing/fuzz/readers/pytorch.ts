import { memorySource } from '../../../files/byte-source';
import { readPyTorch } from '../../../files/pytorch/read';
import type { SafeTensor } from '../../../files/safetensors/read';
import {
  type ArchiveEntry,
  archiveOf,
  checkpointLegacy,
  ELEMENT_BYTES,
  pickleOf,
  type Python,
  type StorageFile,
  tensorOf,
  viewed,
} from '../../pytorch/pickle-writer';
import { meanPickles } from '../../pytorch/mean-pickles';
import type { Chooser } from '../chooser';
import { type Field, group, mutateFields, raw, u8, written } from '../fields';
import { mutateBytes } from '../mutate-json';
import { fuzzer, rule, shownBytes } from '../reader';

const KINDS = Object.keys(ELEMENT_BYTES);
const NAMES = [
  'collections',
  'OrderedDict',
  'torch._utils',
  '_rebuild_tensor_v2',
  '_rebuild_parameter',
  'torch',
  'FloatStorage',
  'HalfStorage',
  'os',
  'system',
  'builtins',
  'eval',
  'storage',
  'cpu',
  '0',
  '1',
  'w0',
  'state_dict',
];
const encoder = new TextEncoder();
const sizeOf = (field: Field): number => written(field).length;
const mean = Object.entries(meanPickles)
  .filter(([name]) => name !== 'lists in lists')
  .map(([, pickle]) => written(pickle));

/** A file, and what is in it if nothing was mutated: tensors by name, or nothing that may be accepted. */
interface Input {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly holds?: ReadonlyMap<string, Uint8Array> | 'no checkpoint';
}
/** A pickled value with the tensors in it. */
interface Made {
  readonly value: Python;
  readonly holds: ReadonlyMap<string, Uint8Array> | 'no checkpoint';
}

/** A view that fits its storage as a rule; its bytes where it does. */
function viewOf(r: Chooser, storage: StorageFile, legacy: boolean): { value: Python; bytes?: Uint8Array } {
  const rows = 1 + r.below(4);
  const cols = Math.max(1, Math.floor(storage.count / rows));
  const views: (readonly [number, readonly number[], readonly number[]])[] = [
    [0, [rows, cols], [cols, 1]],
    [0, [cols, rows], [1, cols]],
    [r.below(2), [rows, Math.max(1, cols - 1)], [cols, 1]],
    [0, [rows, cols], [0, 1]],
    [0, [], []],
    [0, [0, cols], [cols, 1]],
    [0, [storage.count], [1]],
    [0, [2, 2, Math.max(1, Math.floor(storage.count / 4))], [1, 2, 4]],
    [r.pick([0, -1, 2 ** 40]), [r.below(100), r.below(100)], [r.below(100), r.pick([1, 0, -1])]],
  ];
  const [offset, shape, strides] = r.pick(views);
  const tensor = tensorOf(storage, offset, shape, strides, legacy);
  const last = shape.reduce((at, n, d) => at + (n - 1) * strides[d]!, offset);
  const isEmpty = shape.includes(0);
  const fits = offset >= 0 && strides.every((n) => n >= 0) && (isEmpty || last < storage.count);
  const bytes = isEmpty ? new Uint8Array(0) : fits ? viewed(storage, offset, shape, strides) : undefined;
  const isParameter = r.oneIn(6);
  return {
    value: isParameter
      ? { call: 'torch._utils._rebuild_parameter', args: [tensor, true, { dict: [] }] }
      : tensor,
    ...(fits && bytes ? { bytes } : {}),
  };
}

function stateOf(r: Chooser, storages: readonly StorageFile[], legacy: boolean): Made {
  const holds = new Map<string, Uint8Array>();
  let isOne = true;
  const dict = Array.from({ length: 1 + r.below(4) }, (_, i): readonly [Python, Python] => {
    const name = r.oneIn(20) ? 'w0' : `w${i}`;
    const storage = r.pick(storages);
    const { value, bytes } = viewOf(r, storage, legacy);
    const isWhole = storage.bytes.length === storage.count * ELEMENT_BYTES[storage.kind]!;
    if (!bytes || !isWhole || holds.has(name)) isOne = false;
    holds.set(name, bytes ?? new Uint8Array(0));
    return [name, value];
  });
  const others: (readonly [Python, Python])[] = [
    ['steps', r.below(70_000)],
    ['loss', 0.25],
    ['done', true],
    ['nothing', null],
    ['negative', -5],
    ['long', 2 ** 40],
    ['list', { list: ['a', 1] }],
    ['size', { call: 'torch.Size', args: [{ tuple: [1, 2, 3, 4] }] }],
    [1, 2],
  ];
  if (r.oneIn(3)) dict.push(r.pick(others));
  const state: Python = {
    dict,
    ordered: r.oneIn(2),
    ...(r.oneIn(4) ? { state: { dict: [['_metadata', { dict: [] }]] } } : {}),
  };
  const made: Made = { value: state, holds: isOne ? holds : 'no checkpoint' };
  if (!r.oneIn(5)) return made;
  const name = r.pick(['state_dict', 'model', 'module', 'model_state_dict', 'other']);
  const isList = r.oneIn(6);
  const inner: Python = isList ? { list: [] } : state;
  const value: Python = {
    dict: [
      ['epoch', 1],
      [name, inner],
    ],
  };
  return { value, holds: isList || name === 'other' ? 'no checkpoint' : made.holds };
}

function storageOf(r: Chooser, key: string): StorageFile {
  const kind = r.pick(KINDS);
  const count = 1 + r.below(24);
  const short = r.oneIn(40) ? 1 : 0;
  const bytes = new Uint8Array(count * ELEMENT_BYTES[kind]! - short).map(() => r.below(256));
  return { key, kind, count, bytes };
}

function legacyFile(r: Chooser, value: Python, storages: readonly StorageFile[]) {
  const file = checkpointLegacy(value, storages);
  const others = [pickleOf(1), pickleOf({ list: ['0'] }), pickleOf({ dict: [['little_endian', false]] })];
  const isMutated = r.oneIn(6);
  if (isMutated) file.fields[r.below(5)] = r.pick(others);
  return { file, isMutated };
}

function archiveFile(r: Chooser, value: Python, storages: readonly StorageFile[]) {
  let isMutated = r.oneIn(10);
  const pickle = isMutated ? group(raw(r.pick(mean))) : pickleOf(value);
  // Opcodes are mutated before sizes are written, or else the archive would be refused for most of them.
  if (r.oneIn(3)) {
    mutateFields(r, pickle, NAMES);
    isMutated = true;
  }
  const root = r.pick(['archive', 'pytorch_model', 'a/b']);
  const entries: ArchiveEntry[] = [
    { name: `${root}/data.pkl`, body: raw(written(pickle)) },
    ...storages.map((s) => ({ name: `${root}/data/${s.key}`, body: raw(s.bytes) })),
  ];
  if (r.oneIn(6)) {
    const name = r.pick(['data.pkl', 'constants.pkl', 'byteorder', 'data/0', 'version']);
    entries.push({ name: `${root}/${name}`, body: raw(encoder.encode(r.pick(['big', 'little', '']))) });
    isMutated = true;
  }
  return { file: archiveOf(entries, sizeOf, r.oneIn(3)), isMutated };
}

/** Files of torch.save in both forms, many with mutated fields, opcodes and bytes. */
function make(r: Chooser): Input {
  const storages = Array.from({ length: 1 + r.below(3) }, (_, i) => storageOf(r, String(i)));
  const legacy = r.oneIn(3);
  const { value, holds } = stateOf(r, storages, legacy);
  // torch.save lists no storage that no tensor has.
  const used = storages.filter((s) =>
    JSON.stringify(value).includes(`"storage",{"global":"torch.${s.kind}"},"${s.key}"`),
  );
  const { file, isMutated } = legacy ? legacyFile(r, value, used) : archiveFile(r, value, storages);
  let isWhole = !isMutated;
  if (r.oneIn(3)) {
    mutateFields(r, file, NAMES);
    isWhole = false;
  }
  if (r.oneIn(60)) {
    file.fields.push(u8(0));
    isWhole = false;
  }
  const bytes = written(file);
  if (r.oneIn(8)) return { bytes: mutateBytes(r, bytes) };
  return isWhole ? { bytes, holds } : { bytes };
}

const ELEMENT: Readonly<Record<string, number>> = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};
/** A view may repeat elements; what is larger is not read whole. */
const MAX_READ = 1 << 20;

export const reader = fuzzer<Input, readonly SafeTensor[]>({
  name: 'pytorch',
  sources: [
    'src/files/pytorch/read.ts',
    'src/files/pytorch/zip.ts',
    'src/files/pytorch/legacy.ts',
    'src/files/pytorch/storage.ts',
    'src/files/pytorch/strided.ts',
    'src/files/pytorch/checkpoint-pickle.ts',
    'src/files/pytorch/pickle/read.ts',
    'src/files/pytorch/pickle/machine.ts',
  ],
  inputs: 1_000_000,
  make,
  async read({ bytes, holds }) {
    const tensors = await readPyTorch(memorySource('fuzz.bin', bytes)).catch((error: unknown) => {
      if (holds instanceof Map) throw new Error(`refused, though nothing is wrong with it: ${String(error)}`);
      throw error;
    });
    // An entry's own header is looked at when its bytes are read.
    for (const t of tensors) await t.read(0, Math.min(t.sizeBytes, MAX_READ));
    return tensors;
  },
  check: async ({ bytes, holds }, tensors) => {
    rule(holds !== 'no checkpoint', 'it is a checkpoint');
    if (holds) {
      rule(
        JSON.stringify([...holds.keys()]) === JSON.stringify(tensors.map((t) => t.name)),
        'all tensors are there',
      );
      for (const t of tensors)
        rule(
          Buffer.compare(await t.read(0, t.sizeBytes), holds.get(t.name)!) === 0,
          `${t.name} has the elements of its view`,
        );
    }
    rule(tensors.length > 0, 'a checkpoint has tensors');
    rule(new Set(tensors.map((t) => t.name)).size === tensors.length, 'each tensor has a name of its own');
    for (const t of tensors) {
      rule(
        t.shape.every((n) => Number.isSafeInteger(n) && n >= 0),
        `${t.name} has counts for dimensions`,
      );
      const width = ELEMENT[t.dtype];
      rule(width !== undefined, `${t.dtype} is a type of elements`);
      rule(t.sizeBytes === width * t.shape.reduce((a, b) => a * b, 1), `${t.name} is as large as its shape`);
      if (t.sizeBytes > MAX_READ) continue;
      const all = await t.read(0, t.sizeBytes);
      rule(all.length === t.sizeBytes, `all of ${t.name} is in the file`);
      const half = Math.floor(t.sizeBytes / 2 / width) * width;
      const parts = [...(await t.read(0, half)), ...(await t.read(half, t.sizeBytes))];
      rule(Buffer.compare(Buffer.from(parts), all) === 0, `${t.name} is the same in two slices`);
      for (let e = 0; e < Math.min(all.length, 8 * width); e += width)
        rule(isInside(bytes, all.subarray(e, e + width)), `elements of ${t.name} are in the file`);
    }
  },
  show: ({ bytes }) => shownBytes(bytes),
});

const isInside = (bytes: Uint8Array<ArrayBuffer>, part: Uint8Array): boolean =>
  Buffer.from(bytes.buffer).includes(Buffer.from(part));
