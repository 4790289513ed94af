// Roles and names of each view as Firefox has them, computed in the page.
import { expect } from '@playwright/test';
import { Studio } from '../page';
import { axeSource, faultsOf, operated, treeOf } from '../page/access';
import { test } from './test';

const VIEWS = ['open', 'model', 'levels', 'chat', 'compare', 'inspect', 'device', 'settings'] as const;

test('every view: names, one main, one title, headings in order', async ({ page }) => {
  await page.addInitScript({ content: axeSource });
  const studio = await Studio.visit(page, { untuned: true });
  await studio.openBuiltIn();
  for (const view of VIEWS) {
    await studio.go(view);
    const tree = await treeOf(page);
    expect.soft(faultsOf(tree), view).toEqual([]);
    // The rail alone has eight; an empty tree has no faults either.
    expect.soft(operated(tree).length, view).toBeGreaterThan(8);
    process.stdout.write(`${view}: ${tree.length} told, ${operated(tree).length} to operate\n`);
  }
});
