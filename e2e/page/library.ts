import { Part } from './part';

/** The browser's memory: models that were open, results that were kept, what was fetched. */
export class Library extends Part {
  async #names(list: 'opened' | 'kept' | 'fetched', name: string): Promise<string[]> {
    await this.go();
    const all = this.page.locator(`[data-list=${list}] li`);
    return all.locator(name).allInnerTexts();
  }
  /** Models that were open before. */
  opened(): Promise<string[]> {
    return this.#names('opened', 'button.link');
  }
  /** Results that were kept. */
  kept(): Promise<string[]> {
    return this.#names('kept', 'button.link');
  }
  /** Repositories of which something was fetched. */
  fetched(): Promise<string[]> {
    return this.#names('fetched', ':scope > :first-child');
  }
  /** All that the page tells of what was fetched of a repository. */
  async fetchedOf(repository: string): Promise<string> {
    await this.go();
    return this.page.locator('[data-list=fetched] li').filter({ hasText: repository }).innerText();
  }
  /** Opens a model that was open before, or a result that was kept. */
  async open(label: string): Promise<void> {
    await this.opens(label, () => this.tryOpen(label));
  }
  /** Asks for it and leaves what becomes of it to the walk. */
  async tryOpen(label: string): Promise<void> {
    await this.go();
    await this.controls.library.model(label).click();
  }
  async forget(label: string): Promise<void> {
    await this.go();
    await this.controls.library.forget(label).click();
  }
  async deleteKept(name: string): Promise<void> {
    await this.go();
    await this.controls.library.remove(name).click();
  }
  async deleteFetched(repository: string): Promise<void> {
    await this.go();
    await this.controls.library.removeFetched(repository).click();
  }
  /** Bytes used and granted, as the page says them. */
  async room(): Promise<{ used: string; granted: string } | null> {
    await this.go();
    const [text = ''] = await this.page.getByTestId('room').allInnerTexts();
    const found = /^(\S+ \S+) of (\S+ \S+) that the browser grants/.exec(text);
    return found && { used: found[1]!, granted: found[2]! };
  }
  /** True where the page says that the browser lets it keep nothing. */
  async isDenied(): Promise<boolean> {
    await this.go();
    return (await this.page.getByText('This browser lets the page keep nothing').count()) > 0;
  }
}
