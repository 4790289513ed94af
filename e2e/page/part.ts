import { expect, type Locator, type Page } from '@playwright/test';
import { downloaded, seen } from './browser';
import { type Controls, controlsOf } from './controls';

/** There while something runs. */
const RUNNING = '.job';

/** Names the model that is open. */
const MODEL_TITLE = '#model-title';

export const BUILT_IN = 'nibble-stories-F16.gguf';

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
    const isDone = await seen(this.page, { selector: RUNNING }, timeoutMs);
    expect(isDone, `nothing runs after ${timeoutMs} ms`).toBe(true);
  }
  /** A model is known by its name, which must not be that of the model that is open already. */
  protected async expectAnother(label: string): Promise<void> {
    const [before] = await this.page.locator(MODEL_TITLE).allInnerTexts();
    expect(before, 'another model is open so far').not.toBe(label);
  }
  /** Waits until a model of that name is open, with its levels. */
  protected async opens(label: string): Promise<void> {
    await this.page.locator(MODEL_TITLE).getByText(label, { exact: true }).waitFor();
    await this.page.locator('[data-level]').first().waitFor();
    await this.done();
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
