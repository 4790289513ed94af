import { expect } from '@playwright/test';
import { Part } from './part';

const NOTE = '.new-version';

/** The page as something that was delivered: its version, and that the browser keeps it. */
export class SitePart extends Part {
  /** Waits until the page says that it opens without a network. */
  async kept(): Promise<void> {
    await this.go();
    await this.page.getByText('It opens without a network, too.').waitFor();
  }
  async version(): Promise<string> {
    await this.go();
    return this.page.getByTestId('version').innerText();
  }
  /** Waits until the page says that a newer version is there. */
  async newVersion(): Promise<void> {
    await this.controls.newVersion.waitFor();
  }
  /** Asks for the new version while work runs. */
  async askInVain(): Promise<void> {
    await this.controls.newVersion.click();
    await expect(this.page.locator(NOTE)).toContainText('Work is running, here or in another tab.');
  }
  /** Moves to the new version. */
  async takeNewVersion(version: string): Promise<void> {
    await this.go();
    await this.controls.newVersion.click();
    await expect(this.page.getByTestId('version')).toHaveText(version);
    await this.page.locator(NOTE).and(this.page.locator(':empty')).waitFor({ state: 'attached' });
  }
  /** From now on takes down the addresses that the page's worker starts workers of its own from. */
  async watchNestedWorkers(): Promise<() => Promise<string[]>> {
    const engine = this.page.workers()[0]!;
    await engine.evaluate(() => {
      const started: string[] = [];
      const Native = Worker;
      const Watched = class extends Native {
        constructor(url: string | URL, options?: WorkerOptions) {
          super(url, options);
          started.push(String(url));
        }
      };
      Object.assign(globalThis, { Worker: Watched, started });
    });
    return () => engine.evaluate(() => Reflect.get(globalThis, 'started') as string[]);
  }
  /** Names of the scripts that the browser keeps. */
  keptScripts(): Promise<string[]> {
    return this.page.evaluate(async () => {
      const names = await caches.keys();
      const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      const urls = keys.flat().map(({ url }) => url.split('/').at(-1)!);
      return urls.filter((url) => url.endsWith('.js')).sort();
    });
  }
}
