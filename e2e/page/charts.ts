import type { Locator } from '@playwright/test';
import { Part } from './part';

/** Position of a level's dot on the page, in CSS pixels. */
export interface Dot {
  readonly type: string;
  readonly x: number;
  readonly y: number;
}
export interface MemoryBars {
  readonly file: readonly number[];
  readonly resident: readonly number[];
  readonly peak: readonly number[];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
const boxesOf = (marks: Locator): Promise<Box[]> =>
  marks.evaluateAll((all) =>
    all.map((mark) => {
      const { x, y, width, height } = mark.getBoundingClientRect();
      return { x, y, width, height };
    }),
  );

/** The marks that charts draw of what was measured; levels in the order of the table. */
export class Charts extends Part {
  async #bars(chart: number): Promise<number[]> {
    const bars = this.page.locator('.charts figure').nth(chart).locator('.recharts-bar-rectangle path');
    await bars.first().waitFor();
    return (await boxesOf(bars)).map((b) => b.height);
  }
  /** Heights of bars in CSS pixels. */
  async memory(): Promise<MemoryBars> {
    await this.go();
    const bars = await this.#bars(0);
    const levels = bars.length / 3;
    return {
      file: bars.slice(0, levels),
      resident: bars.slice(levels, 2 * levels),
      peak: bars.slice(2 * levels),
    };
  }
  promptSpeed(): Promise<number[]> {
    return this.#bars(1);
  }
  generationSpeed(): Promise<number[]> {
    return this.#bars(2);
  }
  /** Dots of size against divergence. */
  async divergence(): Promise<Dot[]> {
    await this.go();
    const chart = this.page.getByTestId('pareto');
    await chart.locator('.recharts-scatter-symbol').first().waitFor();
    const dots = await boxesOf(chart.locator('.recharts-scatter-symbol path'));
    const names = await chart.locator('.recharts-label-list text').allTextContents();
    if (names.length !== dots.length) throw new Error(`${dots.length} dots have ${names.length} names.`);
    return dots.map((d, i) => ({ type: names[i]!, x: d.x + d.width / 2, y: d.y + d.height / 2 }));
  }
  /** Points at the right end of the chart of all sizes, so that it shows a bar's figures. */
  async pointAtSizes(): Promise<void> {
    await this.go();
    const chart = this.page.getByTestId('sizes').locator('.recharts-wrapper');
    const { width, height } = (await chart.boundingBox())!;
    await chart.hover({ position: { x: width - 20, y: height / 2 } });
    await chart.locator('.recharts-tooltip-label').waitFor();
  }
  /** The chart of size against divergence as a PNG, and the size in CSS pixels that it is drawn with. */
  async divergencePicture(): Promise<{ png: Buffer; width: number; height: number }> {
    await this.go();
    const chart = this.page.getByTestId('pareto').locator('svg.recharts-surface');
    await chart.waitFor();
    const drawn = await boxesOf(chart);
    const png = await this.save(this.controls.measure.savePicture);
    return { png, width: drawn[0]!.width, height: drawn[0]!.height };
  }
}
