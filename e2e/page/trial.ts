import { Part } from './part';

/** The trial of the built-in model at two levels, from the first screen. */
export class Trial extends Part {
  /** Begins the trial, and waits until both levels have answered; gives what the page says of their first difference. */
  async run(): Promise<string> {
    await this.go();
    await this.controls.tryIt.click();
    const said = this.page.getByTestId('try-difference');
    await said.waitFor({ timeout: 180_000 });
    await this.done();
    return said.innerText();
  }
  /** Levels of the trial, with the number of tokens that each wrote. */
  async sides(): Promise<{ type: string; tokens: number }[]> {
    const sides = this.page.locator('#try [data-side]');
    return sides.evaluateAll((all) =>
      all.map((side) => ({
        type: side.getAttribute('data-side') ?? '',
        tokens: side.querySelectorAll('.out bdi').length,
      })),
    );
  }
}
