import { test } from '@playwright/test';
import { Studio, type Visit } from './page';

/**
 * One page for all walks of a file, one after the other, as a person stays on it: device and kernels are made once. Every
 * walk opens its own model. A walk that fails gives the next one a fresh page.
 */
export function onePage(visit: Visit = {}): () => Studio {
  let studio: Studio | undefined;
  test.beforeAll(async ({ browser }) => {
    studio = await Studio.visit(await browser.newPage(), visit);
  });
  test.afterAll(async () => {
    await studio?.page.close();
  });
  return () => studio!;
}
