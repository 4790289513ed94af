import type { Locator } from '@playwright/test';
import { Part } from './part';

const titles = (all: Locator): Promise<string[]> =>
  all.evaluateAll((elements) => elements.map((element) => element.getAttribute('title') ?? ''));

/** The search of the hub on the first screen. */
export class HubPart extends Part {
  get #results(): Locator {
    return this.page.getByTestId('hub-results');
  }
  /** Types words; gives the repositories that they find. */
  async search(words: string): Promise<string[]> {
    await this.go();
    await this.controls.hub.address.fill(words);
    const told = this.#results.getByRole('status').filter({ hasText: /repositor/ });
    await told.waitFor();
    return titles(this.#results.locator('li button'));
  }
  /** Types words of which the hub cannot be asked; gives what the page says of it, which must come soon. */
  async fails(words: string): Promise<string> {
    await this.go();
    await this.controls.hub.address.fill(words);
    const told = this.#results.getByRole('alert');
    await told.waitFor({ timeout: 8000 });
    return told.innerText();
  }
  /** Asks the same again. */
  async again(): Promise<void> {
    await this.#results.getByRole('button', { name: 'Ask again' }).click();
    await this.#results.getByRole('alert').waitFor({ state: 'detached' });
  }
  /** Chooses a repository that the search found. */
  async choose(repository: string): Promise<void> {
    await this.#results.getByTitle(repository).click();
  }
  /** Gives an access token beside the search. */
  async giveToken(token: string): Promise<void> {
    await this.controls.hub.token.fill(token);
  }
  /** Models of a repository that the search found, or of the one that the page was asked for. */
  async offers(repository?: string): Promise<string[]> {
    if (repository !== undefined) await this.choose(repository);
    const names = this.#results.getByRole('rowheader');
    await names.first().waitFor();
    return titles(names);
  }
  /** The page's word on a repository whose terms must be accepted first. */
  gatedWord(): Promise<string> {
    return this.#results.locator('.is.warn').innerText();
  }
  /** Opens a model that a repository offers. */
  async open(name: string): Promise<void> {
    await this.#results.getByRole('button', { name: `Open ${name}` }).click();
    await this.page.locator('#levels').waitFor();
    await this.done();
  }
}
