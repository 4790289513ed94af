import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TINY } from '../../bench/models/tiny-llama';
import type { ByteSink } from '../files/byte-sink';
import { planQuantization } from '../model/plan';
import { fileTypeByLabel } from '../quant/file-types';
import { codecEncoder } from '../testing/disk/codec-encoder';
import { planBytes } from '../testing/codec-hash';
import { openTiny } from '../testing/tiny-engine';
import { type Checkpoint, writeFile } from './write-file';

const plan = planQuantization(await openTiny({ ...TINY, layers: 1 }), fileTypeByLabel('Q5_0')!);
const whole = await planBytes(plan);
const encoder = codecEncoder(4000);

/** A run that stops for good at a write; what it wrote and the last checkpoint it could note stay. */
async function cutRun(writes: number, resume?: Checkpoint, before = new Uint8Array(0)) {
  const parts: Uint8Array[] = [before];
  let [last, left] = [resume, writes];
  const sink: ByteSink = {
    write: (more) => {
      if (left-- === 0) return Promise.reject(new Error('killed'));
      parts.push(more.slice());
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
    abort: () => Promise.resolve(),
  };
  const checkpoint = (at: Checkpoint) => {
    last = JSON.parse(JSON.stringify(at)) as Checkpoint;
    return Promise.resolve();
  };
  const report = await writeFile(plan, sink, encoder, { checkpoint, resume }).catch((error: Error) => {
    if (error.message !== 'killed') throw error;
    return null;
  });
  return { bytes: new Uint8Array(Buffer.concat(parts)), last, report };
}

test('cut at any write, any number of times, a file ends with the same bytes and the same report', async () => {
  const { report: want } = await cutRun(Number.POSITIVE_INFINITY);
  expect(want?.sha256).toBe(createHash('sha256').update(whole).digest('hex'));
  expect(want?.errors.map((e) => e.name)).toEqual(plan.tensors.map((t) => t.name));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(60), { minLength: 1, maxLength: 6 }), async (cuts) => {
      let run = await cutRun(cuts[0]!);
      for (const writes of [...cuts.slice(1), Number.POSITIVE_INFINITY]) {
        if (run.report) break;
        // The tail beyond the checkpoint is cut off.
        run = await cutRun(writes, run.last, run.bytes.slice(0, run.last?.sizeBytes ?? 0));
      }
      expect(run.report).toEqual(want);
      expect(Buffer.compare(run.bytes, whole)).toBe(0);
    }),
    { numRuns: 30 },
  );
});
