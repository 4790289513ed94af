import { Part } from './part';

/** The view of the open model: what it says of itself, its tokens, its template, its tensors. */
export class Look extends Part {
  /** Card of the model: its tags, and what it says by label. */
  async card(): Promise<{ tags: string[]; says: Record<string, string> }> {
    await this.go();
    const card = this.page.getByRole('region', { name: 'Card', exact: true });
    const tags = await card.locator('.tag').allInnerTexts();
    const says = await card.locator('.pairs').evaluate((list) => {
      const terms = [...list.querySelectorAll('dt')];
      return Object.fromEntries(
        terms.map((term) => [term.textContent ?? '', term.nextElementSibling?.textContent ?? '']),
      ) as Record<string, string>;
    });
    return { tags, says };
  }
  /** Addresses that the card leads to. */
  async links(): Promise<{ href: string; rel: string; text: string }[]> {
    await this.go();
    const links = this.page.getByRole('region', { name: 'Card', exact: true }).getByRole('link');
    return links.evaluateAll((all) =>
      all.map((a) => ({
        href: a.getAttribute('href') ?? '',
        rel: a.getAttribute('rel') ?? '',
        text: a.textContent ?? '',
      })),
    );
  }
  /** Writes a text, and gives the pieces that the tokenizer makes of it. */
  async pieces(text: string): Promise<string[]> {
    await this.go();
    const region = this.page.getByRole('region', { name: 'Tokenizer', exact: true });
    await region.getByRole('textbox').fill(text);
    await region.getByText(new RegExp(`tokens?, ${[...text].length} characters`)).waitFor();
    return region.locator('.pieces li').allInnerTexts();
  }
  /** The prompt that the template makes of a message, once it holds it. */
  async prompt(message: string): Promise<string> {
    await this.go();
    const region = this.page.getByRole('region', { name: 'Template', exact: true });
    await region.getByLabel('Message').fill(message);
    const prompt = region.getByTestId('prompt').filter({ hasText: message });
    await prompt.waitFor();
    return prompt.innerText();
  }
  /** Names of the list, by a filter. */
  async listed(of: 'Tensors' | 'Metadata', filter: string): Promise<string[]> {
    await this.go();
    const region = this.page.getByRole('region', { name: 'Tensors or metadata' });
    await region.getByRole('tab', { name: of }).click();
    await region.getByRole('searchbox').fill(filter);
    return region.getByRole('rowheader').allInnerTexts();
  }
  /** Closes the model. */
  async close(): Promise<void> {
    await this.go();
    await this.page.getByRole('button', { name: 'Close' }).click();
    await this.done();
  }
}
