// Files of torch.save that must be refused: pickles that want more than tensors, and files that are not what they say.
import { expect, test } from 'vitest';
import { meanPickles } from '../../testing/pytorch/mean-pickles';
import {
  type ArchiveEntry,
  archiveOf,
  checkpointLegacy,
  pickleOf,
  type Python,
  type StorageFile,
  tensorOf,
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
