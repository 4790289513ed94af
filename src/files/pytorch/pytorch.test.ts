import { describe, expect, test } from 'vitest';
import {
  checkpointArchive,
  checkpointLegacy,
  ELEMENT_BYTES,
  type Python,
  type StorageFile,
  tensorOf,
  viewed,
} from '../../testing/pytorch/pickle-writer';
import { type Field, written } from '../../testing/fuzz/fields';
import { type ByteSource, memorySource } from '../byte-source';
import { readPyTorch } from './read';

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
