import { expect, type Page } from '@playwright/test';
import { Part } from './part';

/** Exports that a closed or killed tab left. */
export class Unfinished extends Part {
  /** Each as the page tells of it: names of its files, and how far it is. */
  async list(): Promise<string[]> {
    await this.go();
    return this.page.locator('.unfinished li').allInnerTexts();
  }
  /** Goes on with the only one, and leaves what becomes of it to the walk. */
  async goOn(): Promise<void> {
    await this.go();
    await this.controls.unfinished.goOn.click();
  }
  async remove(): Promise<void> {
    await this.press(this.controls.unfinished.remove);
    await expect.poll(() => this.list()).toEqual([]);
  }
}

/** Kills the renderer of a page, as running out of memory does. Nothing of the page gets a word. */
export async function kill(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  void session.send('Page.crash').catch(() => {});
  await crashed;
  await page.close();
}
