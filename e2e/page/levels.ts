import { expect, type Locator } from '@playwright/test';
import { numberIn, takeDownloads } from './browser';
import { Part } from './part';

const ROW = '[data-level]';

/** A level as the page tells of it. */
export interface LevelFacts {
  readonly type: string;
  readonly selected: boolean;
  readonly fileBytes: number;
  /** Why it cannot be made. */
  readonly refusal: string | null;
  /** RMS error over all weights relative to their RMS, once it was made. */
  readonly errorPercent: number | null;
  readonly state: 'not made' | 'on the GPU' | 'released';
}

/** Every precision level of the open model: what it would take, making it, taking it along. */
export class Levels extends Part {
  /** All of them, in the page's order. */
  async all(): Promise<LevelFacts[]> {
    await this.go();
    const rows = await this.page.locator(ROW).evaluateAll((all) =>
      all.map((row) => {
        const text = (selector: string) => row.querySelector(selector)?.textContent?.trim() ?? '';
        return {
          type: row.getAttribute('data-level') ?? '',
          selected: row.querySelector<HTMLInputElement>('input[type=checkbox]')!.checked,
          size: row.querySelector('[data-column=file]')!.getAttribute('title') ?? '',
          refusal: row.classList.contains('refused')
            ? (row.querySelector('.st [title]')?.getAttribute('title') ?? '')
            : null,
          error: text('.error'),
          resident: [...row.querySelectorAll('button')].some((b) => b.textContent === 'Free memory'),
        };
      }),
    );
    return rows.map(({ size, error, resident, ...row }) => ({
      ...row,
      fileBytes: numberIn(size.replaceAll(',', '')),
      errorPercent: error === '' ? null : numberIn(error),
      state: resident ? 'on the GPU' : error === '' ? 'not made' : 'released',
    }));
  }
  async row(type: string): Promise<LevelFacts> {
    const found = (await this.all()).find((l) => l.type === type);
    if (!found) throw new Error(`The page has no level ${type}.`);
    return found;
  }
  async types(): Promise<string[]> {
    return (await this.all()).map((l) => l.type);
  }
  async onTheGpu(): Promise<string[]> {
    return (await this.all()).filter((l) => l.state === 'on the GPU').map((l) => l.type);
  }

  /** Takes every check mark to its state. */
  async select(types: readonly string[]): Promise<void> {
    await this.go();
    await this.page.locator(ROW).first().waitFor();
    const all = await this.all();
    for (const type of types) expect(all.map((l) => l.type)).toContain(type);
    for (const { type, selected, refusal } of all) {
      const wanted = types.includes(type);
      if (refusal === null && selected !== wanted) await this.controls.level(type).setChecked(wanted);
    }
  }
  /** Presses the button that quantizes so many levels, and leaves what becomes of it to the walk. */
  async beginQuantize(count: number): Promise<void> {
    await this.controls.quantize(count).click();
  }
  /** The file of a level by two clicks on what is in sight. */
  async downloadInTwo(type: string): Promise<{ path: string }> {
    await this.go();
    const height = this.page.viewportSize()!.height;
    const inSight = async (control: Locator) => {
      const box = (await control.boundingBox())!;
      expect(box.y + box.height).toBeLessThanOrEqual(height);
      return control;
    };
    await (await inSight(this.controls.sheet(type))).click();
    const [saved] = await Promise.all([
      this.page.waitForEvent('download', { timeout: 120_000 }),
      inSight(this.controls.download(type)).then((control) => control.click()),
    ]);
    await this.done();
    await this.uncover();
    return { path: saved.suggestedFilename() };
  }
  /** Puts these levels on the GPU. */
  async quantize(types: readonly string[]): Promise<void> {
    await this.select(types);
    await this.press(this.controls.quantize(types.length));
  }
  /** Remarks on a level: tensors that fall back, and notes. */
  async remarks(type: string): Promise<string[]> {
    await this.openSheet(type);
    const remarks = await this.controls.sheetOf(type).locator('.notes li').allTextContents();
    await this.uncover();
    return remarks;
  }
  /** Opens what a level is and how to take it along. */
  async openSheet(type: string): Promise<void> {
    await this.go();
    if ((await this.controls.sheetOf(type).count()) > 0) return;
    await this.uncover();
    await this.controls.sheet(type).click();
    await this.controls.sheetOf(type).waitFor();
  }
  /** The sha256 of the file that was written; null where none was. */
  async sha256(type: string): Promise<string | null> {
    await this.openSheet(type);
    const text = await this.page.getByTestId(`sha256-${type}`).innerText();
    await this.uncover();
    return /^[0-9a-f]{64}$/.test(text) ? text : null;
  }
  async canQuantize(): Promise<boolean> {
    await this.go();
    return this.controls.quantizeAny.isEnabled();
  }
  async release(type: string): Promise<void> {
    await this.press(this.controls.release(type));
    await expect(this.controls.release(type)).toHaveCount(0);
  }
  async releaseAll(): Promise<void> {
    for (const type of await this.onTheGpu()) await this.release(type);
  }
  /** The file of a level, as the browser saved it. */
  async download(type: string): Promise<Buffer> {
    await this.openSheet(type);
    const bytes = await this.save(this.controls.download(type));
    await this.uncover();
    return bytes;
  }
  /** Asks for the file of a level, come what may. */
  async tryDownload(type: string): Promise<void> {
    await this.openSheet(type);
    await this.press(this.controls.download(type));
    await this.uncover();
  }
  /** Begins to download levels, one after the other, and gives the files as they come, by name. */
  async beginDownloads(types: readonly string[]): Promise<Map<string, Buffer>> {
    await this.go();
    await this.select(types);
    const files = takeDownloads(this.page);
    await this.controls.downloadSelected(types.length).click();
    return files;
  }
  /** Begins to download a level and leaves what becomes of it to the walk. */
  async beginDownload(type: string): Promise<void> {
    await this.openSheet(type);
    await this.controls.download(type).click();
    await this.uncover();
  }
  /** Agrees to a file that cannot be gone on with. */
  async writeDirectly(): Promise<void> {
    await this.press(this.controls.writeDirectly);
  }
  /** Waits until the running job tells of all of these. */
  async reaches(...words: readonly string[]): Promise<void> {
    const told = async () => {
      const text = (await this.page.locator('.job').allInnerTexts()).join(' ');
      return words.every((word) => text.includes(word));
    };
    await expect.poll(told, { timeout: 120_000, intervals: [10] }).toBe(true);
  }
  async keep(type: string): Promise<void> {
    await this.openSheet(type);
    await this.press(this.controls.keep);
    await this.uncover();
  }
  async canKeep(): Promise<boolean> {
    await this.go();
    const type = (await this.all()).find((l) => l.refusal === null)!.type;
    await this.openSheet(type);
    const can = (await this.controls.keep.count()) > 0;
    await this.uncover();
    return can;
  }
  /** The explanation of how it stores weights. */
  async structure(type: string): Promise<string> {
    await this.go();
    await this.openSheet(type);
    const text = await this.page.getByTestId('structure').innerText();
    await this.uncover();
    return text;
  }
  async chooseContext(tokens: number): Promise<void> {
    await this.go();
    await this.controls.levelContext.selectOption(String(tokens));
  }
  /** Sizes that the chart of the chosen levels draws. */
  async drawnSizes(): Promise<number> {
    await this.go('compare');
    const bars = this.page.locator('figure[data-chart="bits"] [data-bar]');
    await bars.first().waitFor();
    return bars.count();
  }
}
