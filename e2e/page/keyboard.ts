import { expect, type Locator, type Page } from '@playwright/test';
import type { NamedBytes } from '../../src/testing/safetensors-file';
import { downloaded } from './browser';
import { BUILT_IN, Part, type View } from './part';

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
  /** Goes to a view by its link. */
  async #to(view: View): Promise<void> {
    const there = this.page.locator(`#${view}`);
    if ((await there.count()) > 0) return;
    await this.#press(this.way(view));
    await there.waitFor();
  }
  /** In a list of choices, letters go to the choice that begins with them. */
  async #choose(control: Locator, letters: string): Promise<void> {
    await this.#tabTo(control);
    await this.#keys.type(letters);
  }

  async openBuiltIn(): Promise<void> {
    await this.opens(BUILT_IN, () => this.#press(this.controls.builtIn));
  }
  /** Takes the check marks of levels to their state. */
  async select(types: readonly string[]): Promise<void> {
    await this.#to('levels');
    const marks = this.page.locator('[data-level] input[type=checkbox]:checked');
    const checked = await marks.evaluateAll((all) =>
      all.map((mark) => mark.closest('[data-level]')?.getAttribute('data-level') ?? ''),
    );
    for (const type of checked.filter((t) => !types.includes(t))) await this.#toggle(type);
    for (const type of types.filter((t) => !checked.includes(t))) await this.#toggle(type);
  }
  async #toggle(type: string): Promise<void> {
    await this.#press(this.controls.level(type), 'Space');
  }
  async quantize(count: number): Promise<void> {
    await this.#to('levels');
    await this.#press(this.controls.quantize(count));
    await this.done();
  }
  /** Chooses by the first letters of a level. */
  async useLevel(letters: string): Promise<void> {
    await this.#to('chat');
    await this.#choose(this.controls.runLevel, letters);
  }
  async chat(message: string): Promise<void> {
    await this.#to('chat');
    await this.#tabTo(this.controls.message);
    await this.#keys.type(message);
    await this.#keys.press('Enter');
    await this.done();
  }
  /** From the chat to the text that is continued. */
  async complete(): Promise<void> {
    await this.#to('chat');
    await this.#press(this.controls.mode.chat, 'ArrowRight');
    await expect(this.controls.mode.completion).toHaveAttribute('aria-selected', 'true');
    await this.#press(this.controls.continueText);
    await this.done();
  }
  /** Says where an answer stops at the latest. */
  async limitTokens(count: number): Promise<void> {
    await this.#to('chat');
    if (!(await this.controls.maxTokens.isVisible())) await this.#press(this.controls.how);
    await this.#tabTo(this.controls.maxTokens);
    await this.#keys.press('ControlOrMeta+A');
    await this.#keys.type(String(count));
    await expect(this.controls.maxTokens).toHaveValue(String(count));
  }
  /** Takes a text of the person's own to measure on. */
  async takeText({ path, bytes }: NamedBytes): Promise<void> {
    await this.#to('compare');
    const [chooser] = await Promise.all([
      this.page.waitForEvent('filechooser'),
      this.#press(this.controls.measure.ownText),
    ]);
    await chooser.setFiles({ name: path, mimeType: 'text/plain', buffer: Buffer.from(bytes) });
    await expect(this.controls.measure.text).toHaveValue('own');
  }
  /** Measures quality alone, with tokens of a chunk and seconds for each level by their first digits. */
  async measureQuality(count: number, context: string, seconds: string): Promise<void> {
    await this.#to('compare');
    const { figures, context: tokens, seconds: time, start } = this.controls.measure;
    await this.#choose(figures, 'Loss');
    await expect(figures).toHaveValue('loss');
    await this.#choose(tokens, context);
    await this.#choose(time, seconds);
    await this.#press(start(count));
    await this.done();
  }
  /** Strikes a key of the page, where the focus is. */
  async strike(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }
  /** Goes to anything by words of its name. */
  async goToAnything(words: string): Promise<void> {
    await this.page.keyboard.press('Control+k');
    const palette = this.page.getByRole('combobox', { name: 'A view, a level or an action' });
    await palette.fill(words);
    await this.page.keyboard.press('Enter');
    await palette.waitFor({ state: 'detached' });
  }
  /** Name of the field that has the focus; empty where none has. */
  async field(): Promise<string> {
    return this.page.evaluate(() => {
      const { activeElement: at } = document;
      return at instanceof HTMLInputElement ? (at.getAttribute('aria-label') ?? at.name) : '';
    });
  }
  /** Colours that the page asks for. */
  async colours(): Promise<string> {
    return this.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  }
  /** Lets keys without Ctrl act, or not. */
  async letSingleKeys(act: boolean): Promise<void> {
    await this.go('settings');
    await this.page.getByRole('checkbox', { name: /^Single keys act/ }).setChecked(act);
  }
  async sortByDivergence(): Promise<void> {
    await this.#to('compare');
    if (!(await this.page.getByTestId('runs').isVisible()))
      await this.#press(this.controls.measure.part('Table'));
    await this.#press(this.controls.measure.sortByDivergence);
    const table = this.page.getByTestId('runs');
    const column = table.getByRole('columnheader', { name: 'Loss, KL' });
    await expect(column).toHaveAttribute('aria-sort', 'ascending');
  }
  async download(type: string): Promise<Buffer> {
    await this.#to('levels');
    await this.#press(this.controls.sheet(type));
    const bytes = await downloaded(this.page, () => this.#press(this.controls.download(type)));
    await this.done();
    await this.uncover();
    return bytes;
  }
}
