import { expect, type Locator, type Page } from '@playwright/test';
import { downloaded, seen } from './browser';
import { type Controls, controlsOf } from './controls';

/** There while something runs. */
const RUNNING = '.job';

/** Names the model that is open. */
const MODEL_TITLE = '#model-title';
const LEVEL = '[data-level]';

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
  /** Opens a model by `ask` and waits until it is open, whatever was before. */
  protected async opens(label: string, ask: () => Promise<void>): Promise<void> {
    // Levels of the model before are taken away; a mark tells them from those of the next.
    await this.page.locator(LEVEL).evaluateAll((all) => all[0]?.setAttribute('data-before', ''));
    await ask();
    await this.page.locator(`${LEVEL}[data-before]`).waitFor({ state: 'detached' });
    await this.page.locator(MODEL_TITLE).getByText(label, { exact: true }).waitFor();
    await this.page.locator(LEVEL).first().waitFor();
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
