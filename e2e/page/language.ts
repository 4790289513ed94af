import type { View } from './part';
import { Part } from './part';

/** The page in another language: its views by their addresses, as their names are other ones there. */
export class LanguagePart extends Part {
  /** Chooses a language by its own name. */
  async choose(name: string): Promise<void> {
    await this.go('settings');
    const field = this.page.locator('#settings select').filter({ hasText: 'Bahasa Indonesia' });
    await field.selectOption({ label: name });
    await this.page.locator(`html[lang=${name === 'English' ? 'en' : 'id'}]`).waitFor();
  }
  /** The language that the page says it is in. */
  async spoken(): Promise<string> {
    return (await this.page.locator('html').getAttribute('lang')) ?? '';
  }
  /** Goes to a view by its place in the rail. */
  override async go(view: View = 'settings'): Promise<void> {
    if ((await this.page.locator(`#${view}`).count()) > 0) return;
    const end =
      { open: '#/', model: '', device: '/device', settings: '/settings' }[view as string] ?? `/${view}`;
    const ways = this.page.locator('nav a[href]');
    const hrefs = await ways.evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''));
    const at = hrefs.findIndex((href) =>
      view === 'model' ? /\/m\/[^/]+$/.test(href) : view === 'open' ? href === '#/' : href.endsWith(end),
    );
    await ways.nth(at).click();
    await this.page.locator(`#${view}`).waitFor();
  }
  /** Texts and names of the view, and of the frame around it, that have a word like these. */
  async wordsLike(pattern: RegExp): Promise<string[]> {
    const said = await this.page.evaluate(() => {
      const names = ['aria-label', 'title', 'placeholder'].flatMap((name) =>
        [...document.querySelectorAll(`[${name}]`)].map((element) => element.getAttribute(name) ?? ''),
      );
      return [...document.body.innerText.split('\n'), ...names];
    });
    return [...new Set(said)].filter((text) => pattern.test(text));
  }
  /** The help that a tap on the head of the losses shows. */
  async tapHelp(): Promise<string> {
    const { x, y, width, height } = (await this.page.locator('#levels thead th.k button').boundingBox())!;
    const session = await this.page.context().newCDPSession(this.page);
    await session.send('Emulation.setTouchEmulationEnabled', { enabled: true });
    const touchPoints = [{ x: x + width / 2, y: y + height / 2 }];
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await session.send('Emulation.setTouchEmulationEnabled', { enabled: false });
    await session.detach();
    const tip = this.page.getByTestId('help');
    await tip.waitFor();
    const text = await tip.innerText();
    await this.page.keyboard.press('Escape');
    await tip.waitFor({ state: 'detached' });
    return text;
  }
}
