// Exports with an importance matrix and a mix that go on in another visit, which has neither.
import { createHash } from 'node:crypto';
import { beforeEach, expect, test, vi } from 'vitest';
import { TINY, tinyGguf } from '../../../bench/models/tiny-llama';
import { recipeText } from '../../evaluate/recipe';
import { planRecipe, type Recipe } from '../../evaluate/search';
import type { ByteSink } from '../../files/byte-sink';
import { blobSource, memorySource } from '../../files/byte-source';
import { readImatrix } from '../../files/imatrix';
import { type Plan, planQuantization } from '../../model/plan';
import type { WriteOptions } from '../../pipeline/export';
import { writeFile } from '../../pipeline/write-file';
import { fileTypeByLabel } from '../../quant/file-types';
import { Studio } from '../../studio/studio';
import { planBytes } from '../../testing/codec-hash';
import { codecEncoder } from '../../testing/disk/codec-encoder';
import { MemoryDisk } from '../../testing/disk/memory-disk';
import { imatrixGguf } from '../../testing/imatrix-files';
import { testImatrix } from '../../testing/importance';
import { testSandbox } from '../../testing/text/sandbox';
import { openTiny } from '../../testing/tiny-engine';
import { Exports } from './exports';
import { entriesOf, privateFolder } from './opfs';
import { unfinishedExports } from './unfinished';

const SHAPE = { ...TINY, layers: 1, vocabulary: 96 };
const model = await openTiny(SHAPE);
const matrixFile = new File([imatrixGguf(testImatrix(model))], 'mine.gguf');
const matrix = await readImatrix(blobSource('mine.gguf', matrixFile));
const others = new File(
  [imatrixGguf({ ...testImatrix(model), datasets: ['another text'], chunks: 3 })],
  'mine.gguf',
);
const quantized = model.tensors.filter((t) => t.shape.length > 1);
const recipe: Recipe = {
  fileType: 'Q4_K_S',
  tensorTypes: quantized.map(({ name }, i) => ({ name, type: i % 2 === 0 ? 'Q4_0' : 'Q5_K' })),
  fileBytes: 0,
  expectedKl: 0.01,
};
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const planned = {
  mix: planRecipe(model, recipe, matrix),
  q4: planQuantization(model, fileTypeByLabel('Q4_0')!, { importance: matrix }),
};
const want = [hashOf(await planBytes(planned.mix)), hashOf(await planBytes(planned.q4))];

/** A studio without a device: its files are the codec's. */
class CodecStudio extends Studio {
  constructor() {
    super(() => Promise.reject(new Error('there is no device here')), testSandbox);
  }
  override async export(type: string, sink: ByteSink, options: WriteOptions = {}) {
    const importance = this.exportBase().importance ? matrix : undefined;
    const plan: Plan =
      this.mixes.plan(type) ?? planQuantization(model, fileTypeByLabel(type)!, { importance });
    return writeFile(plan, sink, codecEncoder(4000), options);
  }
}

async function visit(imatrix?: File) {
  const studio = new CodecStudio();
  await studio.open([memorySource('tiny.gguf', tinyGguf(SHAPE))], 'tiny.gguf');
  const exports = new Exports(studio, 'build 1');
  if (imatrix) await studio.setImatrix(blobSource(imatrix.name, imatrix));
  exports.imatrix = imatrix;
  return { studio, exports };
}

let disk: MemoryDisk;
let id: string;
let mix: string;
/** A visit that dies in the middle of the mix. */
beforeEach(async () => {
  disk = new MemoryDisk();
  vi.stubGlobal('navigator', disk.navigator);
  const { studio, exports } = await visit(matrixFile);
  mix = studio.mixes.addRecipe('recipe', recipeText({ ...recipe, fileBytes: planned.mix.fileBytes }));
  const files = [mix, 'Q4_0'].map((type) => ({ type, name: `tiny-${type}.gguf` }));
  id = await exports.begin({ opened: { kind: 'files', label: 'tiny.gguf' }, files, keep: false });
  disk.stepsLeft = 40;
  await expect(exports.write(id, 0, {})).rejects.toThrow();
  disk.revive({ lostShare: 0.5 });
  const [left] = await unfinishedExports();
  expect(left!.files[0]!.doneBytes).toBeGreaterThan(0);
  expect(left!.files[0]!.state).toBe('begun');
});

test.each([
  ['none', undefined],
  ['the same', matrixFile],
  ['another of the same name', others],
])('the matrix and the mix come back where the visit has %s', async (_, imatrix) => {
  const { studio, exports } = await visit(imatrix);
  const taken = await exports.take(id);
  expect(taken.types).toEqual([mix, 'Q4_0']);
  expect(taken.importance).toMatchObject({ label: 'mine.gguf' });
  expect(studio.exportBase().importance?.fingerprint).toBe(taken.importance?.fingerprint);
  const made: string[] = [];
  for (const file of [0, 1]) {
    const { sha256 } = await exports.write(id, file, {});
    const blob = (await exports.deliver(id, file, null))!;
    expect(hashOf(new Uint8Array(await blob.arrayBuffer()))).toBe(sha256);
    made.push(sha256);
  }
  expect(made).toEqual(want);
});

test('without the matrix that was kept it is refused by name, and stays', async () => {
  const folder = await (await privateFolder('exports')).getDirectoryHandle(id);
  const names = (await entriesOf(folder)).map(([name]) => name);
  const kept = names.find((name) => /imatrix/.test(name))!;
  await folder.removeEntry(kept);
  const { exports } = await visit();
  await expect(exports.take(id)).rejects.toThrow(
    /begun with the importance matrix mine.gguf, which is not kept with it/,
  );
  expect((await unfinishedExports()).map((left) => left.id)).toEqual([id]);
  // Given by hand it goes on.
  const again = await visit(matrixFile);
  await again.exports.take(id);
  expect([
    (await again.exports.write(id, 0, {})).sha256,
    (await again.exports.write(id, 1, {})).sha256,
  ]).toEqual(want);
});
