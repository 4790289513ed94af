import { expect, type Locator, type Page } from '@playwright/test';
import { downloaded, gone } from './browser';
import { type Controls, controlsOf } from './controls';

/** There while something runs. */
const RUNNING = '.job';

/** A part of the page, with the hands that every part needs. */
export class Part {
  readonly page: Page;
  protected readonly controls: Controls;

  constructor(page: Page) {
    this.page = page;
    this.controls = controlsOf(page);
  }

  /** Waits until nothing runs. */
  async done(timeoutMs = 180_000): Promise<void> {
    expect(await gone(this.page, RUNNING, timeoutMs), `nothing runs after ${timeoutMs} ms`).toBe(true);
  }
  protected async press(control: Locator): Promise<void> {
    await control.click();
    await this.done();
  }
  protected async save(control: Locator): Promise<Buffer> {
    const bytes = await downloaded(this.page, () => control.click());
    await this.done();
    return bytes;
  }
}
