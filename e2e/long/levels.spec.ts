import { createHash } from 'node:crypto';
import { expect } from '@playwright/test';
import { memorySource } from '../../src/files/byte-source';
import { readGguf } from '../../src/files/gguf/read';
import { planQuantization } from '../../src/model/plan';
import { fileTypeByLabel, fileTypes } from '../../src/quant/file-types';
import { codecHash } from '../../src/testing/codec-hash';
import { testImatrix } from '../../src/testing/importance';
import { imatrixGguf } from '../../src/testing/imatrix-files';
import { SMALL, tinyGguf } from '../../bench/models/tiny-llama';
import { test } from '../test';

const bytes = tinyGguf(SMALL);
const file = { path: 'every-level.gguf', bytes };
const model = () => readGguf(memorySource('every-level.gguf', bytes));
const NEEDS_MATRIX = 'requires an importance matrix';

test('every level, one by one, with an importance matrix dropped in: no reload, no growth of GPU memory', async ({
  studio,
}) => {
  const { levels, importance, device, page } = studio;
  await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  await studio.open([file]);
  expect(await levels.types()).toEqual(fileTypes.map((t) => t.label));
  // Without a matrix the smallest levels are refused, with llama-quantize's reason.
  expect((await levels.row('IQ2_XS')).refusal).toContain(NEEDS_MATRIX);

  const matrix = testImatrix(await model());
  await studio.drop([{ path: 'tiny.imatrix.gguf', bytes: imatrixGguf(matrix) }]);
  await expect
    .poll(() => importance.facts())
    .toMatchObject({ label: 'tiny.imatrix.gguf', tensors: 8, matching: 8 });
  await studio.done();
  expect((await studio.model())?.label).toBe('every-level.gguf');
  expect((await levels.all()).filter((l) => l.refusal !== null)).toEqual([]);

  const memory = new Set<string>();
  for (const { label } of fileTypes) {
    await levels.quantize([label]);
    const made = await levels.row(label);
    expect(made.state).toBe('on the GPU');
    expect(made.errorPercent).not.toBeNull();
    await levels.release(label);
    expect((await levels.row(label)).state).toBe('released');
    memory.add(await device.memoryInUse());
  }
  expect([...memory]).toHaveLength(1);
  expect(await page.evaluate(() => 'neverReloaded' in window)).toBe(true);
  // Those that are chosen are drawn.
  await levels.select(['F16', 'Q8_0', 'Q4_K_M']);
  await expect.poll(() => levels.drawnSizes()).toBe(3);

  const written = await levels.download('Q4_K_M');
  const hash = createHash('sha256').update(written).digest('hex');
  expect(await levels.sha256('Q4_K_M')).toBe(hash);
  const plan = planQuantization(await model(), fileTypeByLabel('Q4_K_M')!, { importance: matrix });
  expect(hash).toBe(await codecHash(plan));
  const { metadata } = await readGguf(memorySource('written', new Uint8Array(written)));
  expect(metadata.get('quantize.imatrix.file')?.value).toBe('tiny.imatrix.gguf');

  expect(await levels.structure('Q4_K_M')).toContain('INT4');
  expect(await studio.accessibilityViolations()).toEqual([]);
  expect(
    await studio.overflows([
      [1440, 'light'],
      [360, 'dark'],
    ]),
  ).toEqual([]);

  await importance.remove();
  expect((await levels.row('IQ2_XS')).refusal).toContain(NEEDS_MATRIX);
  const foreign = { ...matrix, entries: new Map([['x.weight', new Float32Array(4)]]) };
  await studio.drop([{ path: 'other.imatrix.gguf', bytes: imatrixGguf(foreign) }]);
  await expect
    .poll(() => studio.problem())
    .toContain('other.imatrix.gguf: none of its 1 tensors is in every-level.gguf');
  expect((await studio.model())?.label).toBe('every-level.gguf');
});
