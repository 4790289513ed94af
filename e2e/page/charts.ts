import type { Locator } from '@playwright/test';
import { Part } from './part';

/** Position of a level's mark on the page, in CSS pixels. */
export interface Dot {
  readonly type: string;
  readonly x: number;
  readonly y: number;
}
/** Lengths of the parts of bars in CSS pixels, a bar for each level in the order of the table. */
export interface MemoryBars {
  readonly weights: readonly number[];
  readonly cache: readonly number[];
  readonly compute: readonly number[];
}
export type ChartName = 'size-loss' | 'speed-loss' | 'speed-context' | 'memory' | 'bits';

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

/** The marks that charts draw of what was measured. */
export class Charts extends Part {
  async #chart(name: ChartName): Promise<Locator> {
    await this.go();
    await this.controls.measure.part('Charts').click();
    const chart = this.page.locator(`figure[data-chart="${name}"]`);
    await chart.locator('svg.recharts-surface').first().waitFor();
    return chart;
  }
  /** Marks of levels, a mark for each figure. */
  async dots(name: 'size-loss' | 'speed-loss' | 'speed-context'): Promise<Dot[]> {
    const marks = (await this.#chart(name)).locator('[data-mark]');
    await marks.first().waitFor();
    const types = await marks.evaluateAll((all) => all.map((m) => m.getAttribute('data-mark') ?? ''));
    return (await boxesOf(marks)).map((b, i) => ({
      type: types[i]!,
      x: b.x + b.width / 2,
      y: b.y + b.height / 2,
    }));
  }
  /** Names that stand at marks, with their values where these have room. */
  async labels(name: ChartName): Promise<string[]> {
    return (await this.#chart(name)).locator('[data-label]').allTextContents();
  }
  /** Heights of the bars of errors, one for each level that has one. */
  async errorBars(name: 'size-loss'): Promise<number[]> {
    const bars = (await this.#chart(name)).locator('.recharts-errorBar');
    return (await boxesOf(bars)).map((b) => b.height);
  }
  /** Levels that are boxed as too close to call. */
  async ties(): Promise<string[][]> {
    const boxes = (await this.#chart('size-loss')).locator('[data-tie]');
    return boxes.evaluateAll((all) => all.map((b) => (b.getAttribute('data-tie') ?? '').split(' ')));
  }
  /** Levels whose line memory ended, as the page says. */
  async endedByMemory(): Promise<string[]> {
    const notes = (await this.#chart('speed-context')).locator('[data-ends]');
    return notes.evaluateAll((all) => all.map((n) => n.getAttribute('data-ends') ?? ''));
  }
  /** Bars of memory, part by part. */
  async memory(): Promise<MemoryBars> {
    const chart = await this.#chart('memory');
    const lengths = async (part: string) =>
      (await boxesOf(chart.locator(`.recharts-bar.m-${part} .recharts-bar-rectangle path`))).map(
        (b) => b.width,
      );
    await chart.locator('.recharts-bar-rectangle').first().waitFor();
    return {
      weights: await lengths('weights'),
      cache: await lengths('cache'),
      compute: await lengths('compute'),
    };
  }
  /** Lengths of the bars of bits per weight, by level. */
  async bits(): Promise<Record<string, number>> {
    const bars = (await this.#chart('bits')).locator('[data-bar]');
    await bars.first().waitFor();
    const types = await bars.evaluateAll((all) => all.map((b) => b.getAttribute('data-bar') ?? ''));
    return Object.fromEntries((await boxesOf(bars)).map((b, i) => [types[i]!, b.width]));
  }
  /** A sentence in the place of a drawing, for those who do not see it. */
  async said(name: ChartName): Promise<string> {
    return (await (await this.#chart(name)).locator('.chart').getAttribute('aria-label')) ?? '';
  }
  /** Points at the mark of a level; gives the lines of the tooltip. */
  async pointAt(name: 'size-loss' | 'speed-loss', type: string): Promise<string[]> {
    const chart = await this.#chart(name);
    await chart.locator(`[data-mark="${type}"]`).hover();
    const tip = chart.locator('.tip');
    await tip.waitFor();
    return tip.locator('> *').allInnerTexts();
  }
  /** Least contrast of the marks of a chart to the panel that they stand on. */
  async leastContrast(name: ChartName): Promise<number> {
    return (await this.#chart(name)).evaluate((figure) => {
      const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
      const luminance = (colour: string) => {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => {
          const s = v / 255;
          return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
      };
      const ground = luminance(getComputedStyle(figure).backgroundColor);
      const marks = [...figure.querySelectorAll('[data-mark], [data-bar], .recharts-bar-rectangle path')];
      const contrasts = marks.map((mark) => {
        const own = luminance(getComputedStyle(mark).fill);
        return (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
      });
      return Math.min(...contrasts);
    });
  }
  /** Animations and transitions of the charts that run now. */
  async moving(): Promise<number> {
    await this.go();
    return this.page.evaluate(() => {
      const quad = document.querySelector('#compare .quad');
      return document.getAnimations().filter((a) => {
        const { target } = a.effect as KeyframeEffect;
        return target !== null && quad?.contains(target) === true && a.playState === 'running';
      }).length;
    });
  }
  /** Size in CSS pixels of all charts together. */
  async size(): Promise<{ width: number; height: number }> {
    await this.#chart('size-loss');
    const [box] = await boxesOf(this.page.locator('#compare .quad'));
    return box!;
  }
}
