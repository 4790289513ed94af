import { expect, type Locator, type Page } from '@playwright/test';
import { downloaded, seen } from './browser';
import { type Controls, controlsOf } from './controls';

/** There while something runs. */
const RUNNING = '.job';

/** Names the model that is open. */
export const OPEN_MODEL = '#open-model';
const LEVEL = '[data-level]';

/** Views of the page, by the names of the ways to them. */
const VIEWS = {
  open: 'Nibble Studio: open a model',
  model: 'Model',
  levels: 'Levels',
  chat: 'Chat',
  compare: 'Compare',
  inspect: 'Inspect',
  device: 'Device',
  settings: 'Settings',
};
export type View = keyof typeof VIEWS;

export const BUILT_IN = 'nibble-stories-F16.gguf';

/** A part of the page, with the hands that every part needs. */
export class Part {
  readonly page: Page;
  protected readonly controls: Controls;
  readonly #view: View;

  constructor(page: Page, view: View = 'open') {
    this.page = page;
    this.#view = view;
    this.controls = controlsOf(page);
  }

  /** The way out of a sheet or a list of choices that lies over the view. */
  protected async uncover(): Promise<void> {
    const over = this.page.locator('[role=dialog]');
    for (let i = 0; i < 3 && (await over.count()) > 0; i++) {
      await this.page.keyboard.press('Escape');
      await over
        .first()
        .waitFor({ state: 'detached', timeout: 5000 })
        .catch(() => {});
    }
  }
  /** The way to a view. */
  protected way(view: View): Locator {
    const rail = this.page.getByRole('navigation', { name: 'Views' });
    return rail.getByRole('link', { name: VIEWS[view], exact: true });
  }
  /** Goes to a view, or to the one that this part of the page is in. */
  async go(view: View = this.#view): Promise<void> {
    const there = this.page.locator(`#${view}`);
    if ((await there.count()) > 0) return;
    await this.uncover();
    await this.way(view).click();
    await there.waitFor();
  }

  /** Waits until nothing runs. */
  async done(timeoutMs = 180_000): Promise<void> {
    const isDone = await seen(this.page, { selector: RUNNING }, timeoutMs);
    expect(isDone, `nothing runs after ${timeoutMs} ms`).toBe(true);
  }
  /** Opens a model by `ask` and waits until it is open, whatever was before. */
  protected async opens(label: string, ask: () => Promise<void>): Promise<void> {
    // From there the page goes to the levels of what it opens.
    await this.go('open');
    await ask();
    await this.page.locator(LEVEL).first().waitFor({ timeout: 60_000 });
    await this.page.locator(OPEN_MODEL).getByText(label, { exact: true }).waitFor();
    await this.done();
  }
  protected async press(control: Locator): Promise<void> {
    await this.go();
    await control.click();
    await this.done();
  }
  protected async save(control: Locator): Promise<Buffer> {
    await this.go();
    const bytes = await downloaded(this.page, () => control.click());
    await this.done();
    return bytes;
  }
}
