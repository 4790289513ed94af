import { test as base, expect } from '@playwright/test';
import { Studio } from './page';

/**
 * One page for all walks, one after the other, as a person stays on it: a device compiles each kernel once, which takes
 * software longer than all that the walks do with it. Every walk opens its own model and says what it wants, and takes
 * nothing from the walk before; one that fails gives the next a fresh browser.
 */
export const test = base.extend<object, { studio: Studio }>({
  studio: [
    async ({ browser }, use, { project }) => {
      const { baseURL = '', viewport = null } = project.use;
      const context = await browser.newContext({ baseURL, viewport });
      const refused: string[] = [];
      context.on('console', (message) => {
        if (message.text().includes('Content Security Policy')) refused.push(message.text());
      });
      await use(await Studio.visit(await context.newPage()));
      expect(refused, 'what the policy refuses the page').toEqual([]);
      await context.close();
    },
    { scope: 'worker' },
  ],
});
