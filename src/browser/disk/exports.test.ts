import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { TINY } from '../../../bench/models/tiny-llama';
import { planQuantization } from '../../model/plan';
import type { WriteOptions } from '../../pipeline/export';
import { writeFile } from '../../pipeline/write-file';
import { fileTypeByLabel } from '../../quant/file-types';
import type { ByteSink } from '../../files/byte-sink';
import type { Studio } from '../../studio/studio';
import { plannedFile } from '../../studio/export-plan';
import { codecEncoder } from '../../testing/disk/codec-encoder';
import { planBytes } from '../../testing/codec-hash';
import { MemoryDisk } from '../../testing/disk/memory-disk';
import { openTiny } from '../../testing/tiny-engine';
import { CancelledError, DeviceLostError } from '../../util/errors';
import { Exports } from './exports';
import { entriesOf, privateFolder } from './opfs';
import { sweepExports, unfinishedExports } from './unfinished';

const model = await openTiny({ ...TINY, layers: 1, vocabulary: 96 });
const TYPES = ['Q8_0', 'Q5_0', 'Q4_0'];
const plans = new Map(TYPES.map((type) => [type, planQuantization(model, fileTypeByLabel(type)!)]));
const encoder = codecEncoder(4000);
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const want = new Map<string, string>();
for (const [type, plan] of plans) want.set(type, hashOf(await planBytes(plan)));

/** A studio that makes its files by the codec. */
class CodecStudio {
  fingerprint = 'one';
  failures: Error[] = [];
  exportBase() {
    return {
      fingerprint: this.fingerprint,
      label: 'tiny.gguf',
      importance: null,
      fallbackToF16: false,
      strict: false,
    };
  }
  plannedFile(type: string) {
    return plannedFile(type, plans.get(type)!, null);
  }
  export(type: string, sink: ByteSink, options: WriteOptions) {
    const progress: WriteOptions['progress'] = (at) => {
      options.progress?.(at);
      const failure = at.index > 4 ? this.failures.shift() : undefined;
      if (failure) throw failure;
    };
    return writeFile(plans.get(type)!, sink, encoder, { ...options, progress }).catch(
      async (error: unknown) => {
        await sink.abort();
        throw error;
      },
    );
  }
}
const tab = (studio = new CodecStudio(), engine = 'build 1') =>
  new Exports(studio as unknown as Studio, engine);

const request = {
  opened: { kind: 'files' as const, label: 'tiny.gguf' },
  files: TYPES.map((type) => ({ type, name: `tiny-${type}.gguf` })),
  keep: false,
};
/** Writes what is left of an export and hands it over; gives reports by level. */
async function finish(exports: Exports, id: string, files = request.files) {
  const out: { sha256: string; file: string; errors: string[]; checkedBlocks: number }[] = [];
  for (const i of files.keys()) {
    const { sha256, errors, checkedBlocks } = await exports.write(id, i, {});
    const blob = (await exports.deliver(id, i, null))!;
    const file = hashOf(new Uint8Array(await blob.arrayBuffer()));
    out.push({ sha256, file, errors: errors.map((e) => e.name), checkedBlocks });
  }
  return out;
}
const names = (type: string) => plans.get(type)!.tensors.map((t) => t.name);
const whole = TYPES.map((type) => ({
  sha256: want.get(type),
  file: want.get(type),
  errors: names(type),
  checkedBlocks: names(type).reduce((n, name) => n + name.length, 0),
}));

let disk: MemoryDisk;
beforeEach(() => {
  disk = new MemoryDisk();
  vi.stubGlobal('navigator', disk.navigator);
});
const folders = async (name = 'exports') => (await entriesOf(await privateFolder(name))).map(([n]) => n);

describe('an export in the private file system', () => {
  test('of three levels, killed anywhere any number of times, ends with the same files and reports', async () => {
    const kill = fc.record({
      steps: fc.nat(150),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      lostShare: fc.constantFrom(0, 0, 0.5, 1),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(kill, { minLength: 1, maxLength: 5 }), async (kills) => {
        disk = new MemoryDisk();
        vi.stubGlobal('navigator', disk.navigator);
        let id: string | undefined;
        for (const { steps, part, lostShare } of kills) {
          disk.stepsLeft = steps;
          disk.partOfLast = part;
          const exports = tab();
          try {
            if (id === undefined) id = await exports.begin(request);
            else await exports.take(id);
            const reached = id;
            for (const i of request.files.keys()) await exports.write(reached, i, {});
          } catch (error) {
            if (disk.stepsLeft >= 0) throw error;
          }
          disk.revive({ lostShare });
          await sweepExports();
          const found = await unfinishedExports();
          // Killed before its journal was begun, an export leaves nothing.
          expect(found.length).toBeLessThanOrEqual(1);
          if (id !== undefined) expect(found.map((f) => f.id)).toEqual([id]);
          id = found[0]?.id;
        }
        const last = tab();
        if (id === undefined) id = await last.begin(request);
        else await last.take(id);
        expect(await finish(last, id)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  test('damage before a checkpoint is found, and the file is written again from there', async () => {
    const id = await tab().begin(request);
    disk.revive();
    const first = tab();
    await first.take(id);
    await first.write(id, 0, {});
    disk.stepsLeft = 40;
    await expect(first.write(id, 1, {})).rejects.toThrow();
    disk.revive();
    const folder = await (await privateFolder('exports')).getDirectoryHandle(id);
    const data = (folder as unknown as { contents: Map<string, { bytes: Uint8Array }> }).contents.get(
      'data-1',
    )!;
    data.bytes[Math.floor(data.bytes.length / 2)]! ^= 1;
    const second = tab();
    await second.take(id);
    expect(await finish(second, id)).toEqual(whole);
  });

  test('a device loss goes on from the last tensor; a second one, or any other failure, leaves nothing', async () => {
    const studio = new CodecStudio();
    const exports = tab(studio);
    const id = await exports.begin(request);
    studio.failures = [new DeviceLostError('lost')];
    expect((await exports.write(id, 0, {})).sha256).toBe(want.get('Q8_0'));
    studio.failures = [new CancelledError()];
    await expect(exports.write(id, 1, {})).rejects.toThrow('Stopped');
    expect(await folders()).toEqual([]);
    const again = await exports.begin(request);
    disk.roomBytes = disk.usedBytes() + 30_000;
    await expect(exports.write(again, 0, {})).rejects.toMatchObject({ name: 'QuotaExceededError' });
    expect(await folders()).toEqual([]);
  });

  test('another model, another build and another plan are refused by name, and the export stays', async () => {
    const id = await tab().begin(request);
    disk.revive();
    const studio = new CodecStudio();
    studio.fingerprint = 'two';
    await expect(tab(studio).take(id)).rejects.toThrow(
      /not what this export was begun from: that was tiny.gguf/,
    );
    await expect(tab(new CodecStudio(), 'build 2').take(id)).rejects.toThrow(/build 1, this is build 2/);
    expect((await unfinishedExports()).map((f) => f.id)).toEqual([id]);
  });

  test('a file for a download stays while its tab lives, and goes with the next start after it', async () => {
    const exports = tab();
    const id = await exports.begin(request);
    await finish(exports, id);
    await sweepExports();
    expect(await folders()).toEqual([id]);
    expect(await unfinishedExports()).toEqual([]);
    disk.revive();
    await sweepExports();
    expect(await folders()).toEqual([]);
  });
});

describe('two tabs', () => {
  test('leave each other’s exports alone, under way or handed over', async () => {
    const [a, b] = [tab(), tab()];
    const first = await a.begin(request);
    await a.write(first, 0, {});
    await sweepExports();
    const second = await b.begin(request);
    expect(await unfinishedExports()).toEqual([]);
    await expect(b.take(first)).rejects.toThrow('under way in another tab');
    await expect(b.drop(first)).rejects.toThrow('under way in another tab');
    const both = await Promise.all([finish(a, first), finish(b, second)]);
    expect(both).toEqual([whole, whole]);
  });
  test('do not write over what the other keeps at the same time; kept files are whole', async () => {
    const [a, b] = [tab(), tab()];
    const keep = { ...request, files: request.files.slice(0, 1), keep: true };
    const id = await a.begin(keep);
    await expect(b.begin(keep)).rejects.toThrow(/tiny-Q8_0.gguf is open in this browser/);
    await a.write(id, 0, {});
    expect(await folders('library')).toEqual([]);
    expect(await a.deliver(id, 0, null)).toBeNull();
    expect([await folders('library'), await folders()]).toEqual([['tiny-Q8_0.gguf'], []]);
    const handle = await (await privateFolder('library')).getFileHandle('tiny-Q8_0.gguf');
    const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
    expect(hashOf(bytes)).toBe(want.get('Q8_0'));
    await b.drop(await b.begin(keep));
  });
});

test('leftovers of older versions go, unless a tab still writes them', async () => {
  const [exportsFolder, library] = [await privateFolder('exports'), await privateFolder('library')];
  await exportsFolder.getFileHandle('old.gguf', { create: true });
  await library.getFileHandle('old.gguf.part', { create: true });
  await library.getFileHandle('kept.gguf', { create: true });
  const open = await library.getFileHandle('open.gguf.part', { create: true });
  await (open as unknown as { createSyncAccessHandle(): Promise<unknown> }).createSyncAccessHandle();
  await sweepExports();
  expect(await folders()).toEqual([]);
  expect((await folders('library')).sort()).toEqual(['kept.gguf', 'open.gguf.part']);
});
