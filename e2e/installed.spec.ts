import { expect } from '@playwright/test';
import { TINY, tinyGguf } from '../bench/models/tiny-llama';
import { Studio } from './page';
import { test } from './test';

interface Manifest {
  readonly icons: readonly { readonly src: string; readonly sizes: string; readonly type: string }[];
  readonly file_handlers: readonly { readonly accept: Record<string, readonly string[]> }[];
}

test('the page can be installed: its manifest and icons are there, and a file of the system opens', async ({
  page,
}) => {
  // The system's own queue, which only an installed page has.
  await page.addInitScript(() => {
    const queue = { setConsumer: (consumer: unknown) => Object.assign(window, { launched: consumer }) };
    Object.defineProperty(window, 'launchQueue', { value: queue });
  });
  const studio = await Studio.visit(page, { untuned: true });
  const address = await page.locator('link[rel=manifest]').evaluate((link: HTMLLinkElement) => link.href);
  const manifest = (await (await page.request.get(address)).json()) as Manifest;
  expect(manifest.file_handlers[0]!.accept['application/octet-stream']).toContain('.gguf');
  for (const { src, sizes, type } of manifest.icons) {
    const answer = await page.request.get(new URL(src, address).href);
    expect(answer.headers()['content-type'], src).toContain(type);
    // A PNG states its width at byte 16.
    if (type === 'image/png')
      expect((await answer.body()).readUInt32BE(16)).toBe(Number(sizes.split('x')[0]));
  }
  const bytes = Buffer.from(tinyGguf({ ...TINY, type: 'F16' })).toString('base64');
  await page.evaluate(async (text) => {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle('launched.gguf', { create: true });
    const writer = await handle.createWritable();
    await writer.write(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
    await writer.close();
    (window as unknown as { launched(params: object): void }).launched({ files: [handle] });
  }, bytes);
  await studio.isAt('levels');
  await studio.done();
  expect((await studio.model())?.label).toBe('launched.gguf');
});
