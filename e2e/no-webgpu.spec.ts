import { expect, test } from '@playwright/test';
import { fileTypes } from '../src/quant/file-types';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { Studio } from './page';

test('without WebGPU the page says so; looking and planning still work', async ({ page }) => {
  const studio = new Studio(page);
  await studio.goTo();
  expect(await studio.device.lack()).toMatch(
    /no WebGPU.*Update the browser|no graphics adapter.*chrome:\/\/flags\/#enable-unsafe-webgpu/,
  );
  await studio.open([{ path: 'tiny.gguf', bytes: tinyGguf(TINY) }]);
  expect((await studio.model())?.architecture).toBe('llama');
  expect(await studio.levels.types()).toEqual(fileTypes.map((t) => t.label));
  expect(await studio.levels.canQuantize()).toBe(false);
  expect(await studio.accessibilityViolations()).toEqual([]);
});
