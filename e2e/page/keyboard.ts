import { expect, type Locator, type Page } from '@playwright/test';
import { downloaded } from './browser';
import { Part } from './part';

const MOST_PRESSES = 400;

/** The same page without a mouse: every control is reached by Tab and shows that it has the focus. */
export class Keyboard extends Part {
  readonly #keys: Page['keyboard'];

  constructor(page: Page) {
    super(page);
    this.#keys = page.keyboard;
  }

  async #tabTo(control: Locator): Promise<void> {
    await expect(control).toBeEnabled();
    for (let presses = 0; presses < MOST_PRESSES; presses++) {
      await this.#keys.press('Tab');
      const outline = await control.evaluate((e) =>
        e === document.activeElement ? getComputedStyle(e).outlineStyle : null,
      );
      if (outline === null) continue;
      expect(outline, `${control} shows its focus`).not.toBe('none');
      return;
    }
    throw new Error(`Tab never reached ${control}`);
  }
  async #press(control: Locator, key = 'Enter'): Promise<void> {
    await this.#tabTo(control);
    await this.#keys.press(key);
  }
  /** In a list of choices, letters go to the choice that begins with them. */
  async #choose(control: Locator, letters: string): Promise<void> {
    await this.#tabTo(control);
    await this.#keys.type(letters);
  }

  async openBuiltIn(): Promise<void> {
    await this.#press(this.controls.builtIn);
    await this.page.locator('[data-level]').first().waitFor();
    await this.done();
  }
  async toggleLevel(type: string): Promise<void> {
    await this.#press(this.controls.level(type), 'Space');
  }
  async quantize(count: number): Promise<void> {
    await this.#press(this.controls.quantize(count));
    await this.done();
  }
  /** Chooses by the first letters of a level. */
  async useLevel(letters: string): Promise<void> {
    await this.#choose(this.controls.runLevel, letters);
  }
  async chat(message: string): Promise<void> {
    await this.#tabTo(this.controls.message);
    await this.#keys.type(message);
    await this.#keys.press('Enter');
    await this.done();
  }
  /** From the chat to the text that is continued. */
  async complete(): Promise<void> {
    await this.#press(this.controls.mode.chat, 'ArrowRight');
    await expect(this.controls.mode.completion).toHaveAttribute('aria-selected', 'true');
    await this.#press(this.controls.continueText);
    await this.done();
  }
  /** Measures quality alone, with chunks and time by their first digits. */
  async measureQuality(count: number, context: string, seconds: string): Promise<void> {
    await this.#press(this.controls.measure.speed, 'Space');
    await this.#choose(this.controls.measure.context, context);
    await this.#choose(this.controls.measure.seconds, seconds);
    await this.#press(this.controls.measure.start(count));
    await this.done();
  }
  async sortByDivergence(): Promise<void> {
    await this.#press(this.controls.measure.sortByDivergence);
    const column = this.page.getByRole('columnheader', { name: 'Mean KL' });
    await expect(column).toHaveAttribute('aria-sort', 'ascending');
  }
  async download(type: string): Promise<Buffer> {
    const bytes = await downloaded(this.page, () => this.#press(this.controls.download(type)));
    await this.done();
    return bytes;
  }
}
