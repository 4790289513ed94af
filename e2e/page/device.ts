import { numberIn } from './browser';
import { Part } from './part';

const ADAPTER = '[data-adapter]:not([data-adapter=""], [data-adapter=none])';

/** The device as the page tells of it. */
export class Device extends Part {
  /** Waits until the page has found its adapter; gives its name. */
  async adapter(): Promise<string> {
    const gauge = this.page.locator(ADAPTER);
    await gauge.waitFor({ timeout: 60_000 });
    return (await gauge.getAttribute('data-adapter')) ?? '';
  }
  /** The page's words for the lack of WebGPU. */
  async lack(): Promise<string> {
    await this.go();
    return this.page.locator('#device').getByRole('status').innerText();
  }
  /** Bytes of the largest binding. */
  async largestBinding(): Promise<number> {
    await this.go();
    const fact = this.page.locator('#device .fact', { hasText: 'Largest binding' });
    return numberIn((await fact.getAttribute('title')) ?? '');
  }
  /** Memory in use, as the page says it. */
  async memoryInUse(): Promise<string> {
    await this.go();
    return this.page.getByTestId('memory').locator('b').first().innerText();
  }
  /** Difference of the fast paths from float32 at the level in use. */
  async compareWithFloat32(): Promise<{ type: string; kl: number; sameTopPercent: number }> {
    await this.press(this.controls.compareWithFloat32);
    const fact = this.page.locator('#device .fact', { hasText: 'beside float32' });
    const [label, value] = [await fact.locator('dt').innerText(), await fact.locator('dd').innerText()];
    const found = /^KL (\S+), same top token (\d+) %$/.exec(value);
    if (!found) throw new Error(`"${value}" is no comparison.`);
    const [type] = label.split(' ');
    return { type: type!, kl: numberIn(found[1]!), sameTopPercent: Number(found[2]) };
  }
  /** The engine's worker fails: it is closed, throws, or runs in a circle. */
  async failEngine(how: 'close' | 'crash' | 'hang'): Promise<void> {
    await this.page.evaluate(
      (way) => (window as unknown as { nibble: { failEngine(how: string): void } }).nibble.failEngine(way),
      how,
    );
  }
  /** The page's word on an engine that was replaced; takes the notice away. */
  async replaced(): Promise<string> {
    const notice = this.page.getByTestId('engine-notice');
    const text = await notice.locator('p').innerText();
    await notice.getByRole('button').click();
    await notice.waitFor({ state: 'detached' });
    return text;
  }
  /** The page's word on an engine that was replaced, if it comes within a time; null where it does not. */
  async replacedBy(timeoutMs: number): Promise<string | null> {
    const notice = this.page.getByTestId('engine-notice');
    const isThere = await notice.waitFor({ timeout: timeoutMs }).then(
      () => true,
      () => false,
    );
    return isThere ? this.replaced() : null;
  }
  /** The device goes away as if the driver had been reset. */
  async lose(): Promise<void> {
    await this.page.evaluate(() =>
      (window as unknown as { nibble: { loseDevice(): void } }).nibble.loseDevice(),
    );
  }
}
