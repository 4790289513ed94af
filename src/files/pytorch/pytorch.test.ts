import { describe, expect, test } from 'vitest';
import { meanPickles } from '../../testing/pytorch/mean-pickles';
import {
  type ArchiveEntry,
  archiveOf,
  checkpointArchive,
  checkpointLegacy,
  ELEMENT_BYTES,
  pickleOf,
  type Python,
  type StorageFile,
  tensorOf,
  viewed,
} from '../../testing/pytorch/pickle-writer';
import { type Field, raw, u16, u32, written } from '../../testing/fuzz/fields';
import { NibbleError } from '../../util/errors';
import { type ByteSource, memorySource } from '../byte-source';
import { unpickleCheckpoint } from './checkpoint-pickle';
import type { PickleMaker } from './pickle/values';
import { readPyTorch } from './read';
import { MAKERS } from './storage';

const sizeOf = (field: Field): number => written(field).length;
const source = (field: Field): ByteSource => memorySource('model.bin', written(field));

/** A storage of different elements, each of whose bytes says where it is. */
function storage(key: string, count: number, kind = 'FloatStorage'): StorageFile {
  const bytes = Uint8Array.from(
    { length: count * ELEMENT_BYTES[kind]! },
    (_, i) => (i * 7 + (i >> 8) * 13) & 255,
  );
  return { key, kind, count, bytes };
}
type View = readonly [
  name: string,
  of: StorageFile,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
];
const [big, shared, halves] = [storage('0', 600), storage('1', 64), storage('2', 120, 'HalfStorage')];
const views: readonly View[] = [
  ['whole', big, 0, [20, 30], [30, 1]],
  ['transposed', big, 0, [30, 20], [1, 30]],
  ['window', big, 65, [10, 12], [30, 1]],
  ['every other column', big, 1, [20, 14], [30, 2]],
  ['permuted', halves, 0, [4, 5, 6], [1, 24, 4]],
  ['rows backwards in memory', halves, 4, [5, 2, 3], [3, 60, 15]],
  ['first of two', shared, 0, [4, 8], [8, 1]],
  ['second of two', shared, 32, [4, 8], [8, 1]],
  ['one row for all', shared, 8, [5, 8], [0, 1]],
  ['one value for all', shared, 3, [3, 4], [0, 0]],
  ['scalar', shared, 9, [], []],
  ['nothing', shared, 0, [0, 8], [8, 1]],
  ['one column', shared, 0, [8, 1], [8, 8]],
  ['positions', storage('3', 9, 'LongStorage'), 1, [1, 8], [8, 1]],
  ['mask', storage('4', 16, 'BoolStorage'), 0, [4, 4], [1, 4]],
];
const files = [...new Set(views.map(([, of]) => of))];
const state = (legacy: boolean): Python => ({
  ordered: true,
  dict: views.map(([name, of, offset, shape, strides]) => [
    name,
    tensorOf(of, offset, shape, strides, legacy),
  ]),
  state: { dict: [['_metadata', { ordered: true, dict: [['', { dict: [['version', 1]] }]] }]] },
});

describe.each<[string, Field]>([
  ['a zip archive', checkpointArchive(state(false), files, sizeOf)],
  ['a zip archive of 64 bits', checkpointArchive(state(false), files, sizeOf, { zip64: true })],
  ['the form of before', checkpointLegacy(state(true), files)],
])('%s', (_, file) => {
  test('gives every view of every storage, in any slice', async () => {
    const tensors = await readPyTorch(source(file));
    expect(tensors.map((t) => [t.name, t.shape])).toEqual(views.map(([name, , , shape]) => [name, shape]));
    for (const [i, [name, ...view]] of views.entries()) {
      const want = viewed(...view);
      const tensor = tensors[i]!;
      expect(tensor.sizeBytes).toBe(want.length);
      for (const [from, to] of [
        [0, want.length],
        [1, want.length],
        [Math.floor(want.length / 3), Math.ceil(want.length / 2)],
        [0, 0],
      ] as const)
        if (from <= to)
          expect(await tensor.read(from, to), `${name} ${from} to ${to}`).toEqual(want.slice(from, to));
    }
  });
});

test('types of elements are those of the storages', async () => {
  const tensors = await readPyTorch(source(checkpointArchive(state(false), files, sizeOf)));
  const types = new Map(tensors.map((t) => [t.name, `${t.dtype} ${t.type.label}`]));
  expect(types.get('whole')).toBe('F32 F32');
  expect(types.get('permuted')).toBe('F16 F16');
  expect(types.get('positions')).toBe('I64 I64');
  expect(types.get('mask')).toBe('BOOL I8');
});

test('weights are found where training programs keep them, parameters are tensors, the rest is passed over', async () => {
  const inner: Python = {
    ordered: true,
    dict: [
      [
        'w',
        {
          call: 'torch._utils._rebuild_parameter',
          args: [tensorOf(shared, 0, [8, 8], [8, 1]), true, { dict: [] }],
        },
      ],
      ['steps', 12],
      ['shape', { call: 'torch.Size', args: [{ tuple: [2, 3] }] }],
    ],
  };
  for (const name of ['state_dict', 'model_state_dict', 'model', 'module']) {
    const file = checkpointArchive(
      {
        dict: [
          ['epoch', 3],
          ['lr', 1e-4],
          ['notes', { list: ['a', null, true] }],
          [name, inner],
        ],
      },
      [shared],
      sizeOf,
    );
    const tensors = await readPyTorch(source(file));
    expect(tensors.map((t) => t.name)).toEqual(['w']);
    expect(await tensors[0]!.read(0, 256)).toEqual(shared.bytes);
  }
});

test('a transposed matrix is read in windows of 4 MiB, each once for a slice', async () => {
  const [rows, cols] = [1000, 3000];
  const large = storage('0', rows * cols);
  const bytes = written(
    checkpointArchive({ dict: [['w', tensorOf(large, 0, [cols, rows], [1, cols])]] }, [large], sizeOf),
  );
  const reads: number[] = [];
  const counted: ByteSource = {
    ...memorySource('model.bin', bytes),
    read: (from, to) => {
      reads.push(to - from);
      return Promise.resolve(bytes.slice(from, to));
    },
  };
  const [tensor] = await readPyTorch(counted);
  reads.length = 0;
  const slice = await tensor!.read(0, 400 * rows * 4);
  expect(slice).toEqual(viewed(large, 0, [400, rows], [1, cols]));
  expect(Math.max(...reads)).toBeLessThanOrEqual(4 << 20);
  expect(reads.length).toBeLessThan(10);
});

test.each(Object.entries(meanPickles))(
  'a pickle with %s is refused, and nothing is called',
  async (_, pickle) => {
    const calls: string[] = [];
    const recorded = new Map(
      [...MAKERS].map(([name, make]): [string, PickleMaker | null] => [
        name,
        make &&
          ((args) => {
            calls.push(name);
            return make(args);
          }),
      ]),
    );
    const bytes = written(pickle);
    const started = performance.now();
    let error: unknown;
    try {
      unpickleCheckpoint(bytes, 'mean.bin', recorded);
    } catch (thrown) {
      error = thrown;
    }
    // A pickle of other things than tensors is one, and holds no weights.
    await expect(readPyTorch(source(archived(raw(bytes))))).rejects.toBeInstanceOf(NibbleError);
    if (error) expect((error as Error).message).toMatch(/^mean\.bin: byte \d+ of the pickle: /);
    expect(calls.filter((name) => !MAKERS.get(name))).toEqual([]);
    expect(performance.now() - started).toBeLessThan(5000);
  },
);
test('there are thirty kinds of them and more', () => {
  expect(Object.keys(meanPickles).length).toBeGreaterThan(50);
});

const four: StorageFile = { key: '0', kind: 'FloatStorage', count: 4, bytes: new Uint8Array(16) };
/** An archive of two entries, the first a pickle. */
function archived(pickle: Field, more: readonly ArchiveEntry[] = []): Field {
  const entries = [
    { name: 'archive/data.pkl', body: pickle },
    { name: 'archive/data/0', body: raw(four.bytes) },
  ];
  return archiveOf([...entries, ...more], sizeOf);
}
const good: Python = { dict: [['w', tensorOf(four, 0, [2, 2], [2, 1])]] };
/** A file with bytes set from a place on, counted from its begin or its end. */
function changed(field: Field, at: number, ...to: number[]): ByteSource {
  const bytes = written(field);
  bytes.set(to, at < 0 ? bytes.length + at : at);
  return memorySource('model.bin', bytes);
}
const archive = archived(pickleOf(good));
const length = sizeOf(archive);
const END = -22;

test.each<[string, ByteSource, RegExp]>([
  ['is empty', memorySource('model.bin', new Uint8Array(0)), /begins with/],
  ['is a text', memorySource('model.bin', new TextEncoder().encode('version https')), /begins with 76 65/],
  ['has no end of a directory', changed(archive, END, 0), /no end of a zip directory/],
  [
    'has its directory beyond the end',
    changed(archive, END + 16, 255, 255, 255, 127),
    /does not lie in the file/,
  ],
  ['says 60,000 entries', changed(archive, END + 10, 96, 234), /says 60000 entries/],
  [
    'says an entry more',
    changed(archive, END + 10, 3),
    /says 3 entries|entry 2 of its zip directory is cut off/,
  ],
  [
    'lacks its second half',
    memorySource('model.bin', written(archive).slice(0, length / 2)),
    /no end of a zip/,
  ],
  [
    'has no pickle',
    source(archiveOf([{ name: 'a/b', body: raw(four.bytes) }], sizeOf)),
    /0 entries "data.pkl"/,
  ],
  [
    'has two pickles',
    source(archived(pickleOf(good), [{ name: 'other/data.pkl', body: pickleOf(good) }])),
    /2 entries "data.pkl"/,
  ],
  [
    'has an entry twice',
    source(archived(pickleOf(good), [{ name: 'archive/data.pkl', body: pickleOf(good) }])),
    /"archive\/data.pkl" is there twice/,
  ],
  [
    'is a program of TorchScript',
    source(archived(pickleOf(good), [{ name: 'archive/constants.pkl', body: pickleOf(null) }])),
    /TorchScript/,
  ],
  [
    'is big endian',
    source(
      archived(pickleOf(good), [{ name: 'archive/byteorder', body: raw(new TextEncoder().encode('big')) }]),
    ),
    /byte order is "big"/,
  ],
  ['holds a list', source(archived(pickleOf({ list: [1, 2] }))), /no dictionary of tensors/],
  [
    'holds a dictionary of numbers',
    source(archived(pickleOf({ dict: [['a', 1]] }))),
    /no dictionary of tensors/,
  ],
  [
    'names a storage that is not there',
    source(archived(pickleOf({ dict: [['w', tensorOf({ ...four, key: '../0' }, 0, [4], [1])]] }))),
    /storage "\.\.\/0" is not in the file/,
  ],
  [
    'says a larger storage',
    source(archived(pickleOf({ dict: [['w', tensorOf({ ...four, count: 2 ** 40 }, 0, [4], [1])]] }))),
    /takes 4398046511104 bytes, 16 are there/,
  ],
])('a file that %s is refused', async (_, file, message) => {
  await expect(readPyTorch(file)).rejects.toThrow(message);
  await expect(readPyTorch(file)).rejects.toBeInstanceOf(NibbleError);
});

test('compressed and encrypted entries are refused, and headers that are not what the directory says', async () => {
  const bytes = written(archive);
  const central = bytes.length - 22 - new DataView(bytes.buffer).getUint32(bytes.length - 22 + 12, true);
  await expect(readPyTorch(changed(archive, central + 10, 8))).rejects.toThrow(/compressed \(method 8\)/);
  await expect(readPyTorch(changed(archive, central + 8, 1))).rejects.toThrow(/encrypted/);
  await expect(readPyTorch(changed(archive, 32, 0x78))).rejects.toThrow(/is not what the zip directory says/);
});

test('the form of before is refused where its counts, order or byte order are not so', async () => {
  const legacy = (change: (fields: Field[]) => void): ByteSource => {
    const file = checkpointLegacy({ dict: [['w', tensorOf(four, 0, [4], [1], true)]] }, [four]);
    change(file.fields);
    return source(file);
  };
  const refused: readonly [(fields: Field[]) => void, RegExp][] = [
    [(f) => f.splice(5, 1, u32(3), u32(0)), /has 3 elements, expected 4/],
    [(f) => f.splice(1, 1, pickleOf(1002)), /second pickle is not 1001/],
    [(f) => f.splice(2, 1, pickleOf({ dict: [['little_endian', false]] })), /big endian/],
    [(f) => f.splice(2, 1, pickleOf({ call: 'os.system', args: ['x'] })), /it wants os.system/],
    [(f) => f.splice(4, 1, pickleOf({ list: ['7'] })), /one that no tensor has/],
    [(f) => f.splice(4, 1, pickleOf({ list: ['0', '0'] })), /one twice/],
    [(f) => f.splice(4, 1, pickleOf('0')), /no list of storages/],
    [(f) => f.splice(6, 1, u16(0)), /reaches beyond the file/],
    [(f) => f.splice(5, 2), /ends before storage/],
  ];
  expect((await readPyTorch(legacy(() => {})))[0]!.shape).toEqual([4]);
  for (const [change, message] of refused) await expect(readPyTorch(legacy(change))).rejects.toThrow(message);
});
