import { expect } from '@playwright/test';
import { numberIn, seen } from './browser';
import { Part } from './part';

export interface SpreadFacts {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}
export interface QualityFacts {
  readonly perplexity: number;
  readonly standardError: number;
  /** Nats. */
  readonly kl: number;
  readonly kl99: number;
  readonly samePercent: number;
  readonly rmsPercent: number;
}
export interface SpeedFacts {
  readonly residentBytes: number;
  readonly peakBytes: number;
  /** Tokens per second. */
  readonly prompt: SpreadFacts;
  readonly generation: SpreadFacts;
  readonly ceiling: { readonly tokensPerSecond: number; readonly binds: string };
}
/** A level as it was measured. */
export interface Measured {
  readonly type: string;
  readonly fileBytes: number;
  readonly speed: SpeedFacts | null;
  readonly quality: QualityFacts | null;
}
export interface Conditions {
  readonly adapter: string;
  /** The level that others are compared with. */
  readonly base: string;
  readonly tokens: number;
  readonly text: string;
  readonly chunks: number;
  readonly context: number;
}
export interface Advice {
  /** As how sure the page is: take, probably, tooClose, fewTokens, none. */
  readonly kind: string;
  readonly title: string;
  readonly text: string;
  /** The level that it offers to download; null where it offers none. */
  readonly type: string | null;
  readonly timesSmaller: number | null;
  readonly timesFaster: number | null;
  /** The page says that not all is measured yet. */
  readonly isPartial: boolean;
}
/** Figures of a level here and in a report. */
export interface BesideRow {
  readonly generation: readonly number[];
  readonly prompt: readonly number[];
  readonly kl: readonly number[];
}
export interface Wanted {
  readonly speed?: boolean;
  /** Tokens of a chunk. */
  readonly context?: number;
  /** Time for each level; only what is left open by a text's length takes it. */
  readonly seconds?: number;
  /** On the page's own text, or on the one that was dropped. */
  readonly text?: 'held-out' | 'own';
}

const STATUS = '.job [role=status]';
/** A divergence, whose exponent has a minus of its own. */
const natsIn = (text: string): number => numberIn(text.replace('−', '-'));
const numbersIn = (text: string): number[] => (text.match(/\d+(\.\d+)?/g) ?? []).map(Number);

function spreadIn(text: string): SpreadFacts {
  const [median, min, max] = numbersIn(text);
  if (max === undefined) throw new Error(`"${text}" is no median with its spread.`);
  return { median: median!, min: min!, max };
}

function measuredOf(
  type: string,
  cells: Readonly<Record<string, string>>,
  help: Readonly<Record<string, string>>,
): Measured {
  const cell = (id: string): string => cells[id] ?? '';
  const bytes = (id: string): number => Number(/^[\d,]+/.exec(help[id] ?? '')?.[0].replaceAll(',', ''));
  const [perplexity, standardError] = numbersIn(cell('perplexity'));
  const ceiling = /^([\d.]+), by (bytes|dispatches)$/.exec(cell('ceiling'));
  return {
    type,
    fileBytes: bytes('file'),
    speed: ceiling && {
      residentBytes: bytes('resident'),
      peakBytes: bytes('peak'),
      prompt: spreadIn(cell('prompt')),
      generation: spreadIn(cell('generation')),
      ceiling: { tokensPerSecond: Number(ceiling[1]), binds: ceiling[2]! },
    },
    quality:
      cell('perplexity') === ''
        ? null
        : {
            perplexity: perplexity!,
            standardError: standardError!,
            kl: natsIn(cell('kl')),
            kl99: natsIn(cell('kl99')),
            samePercent: numberIn(cell('same')),
            rmsPercent: numberIn(cell('rms')),
          },
  };
}

/** Measuring levels, and what was measured. */
export class Results extends Part {
  /** Says how to measure. */
  async want({ speed, context, seconds, text }: Wanted): Promise<void> {
    await this.showCharts();
    const { measure } = this.controls;
    if (speed !== undefined) await measure.figures.selectOption(speed ? 'all' : 'loss');
    if (text !== undefined) await measure.text.selectOption(text);
    if (context !== undefined) await measure.context.selectOption(String(context));
    if (seconds !== undefined) await measure.seconds.selectOption(String(seconds));
  }
  /** Measures what is selected, which must be so many levels. */
  async measure(count: number, timeoutMs?: number): Promise<void> {
    await this.begin(count);
    await this.done(timeoutMs);
  }
  async begin(count: number): Promise<void> {
    await this.go();
    await this.controls.measure.start(count).click();
  }
  /** Waits until the sweep is at its nth measurement. */
  async reached(step: number, timeoutMs: number): Promise<void> {
    const isThere = await seen(this.page, { selector: STATUS, text: `(${step} of ` }, timeoutMs);
    expect(isThere, `measurement ${step} was begun within ${timeoutMs} ms`).toBe(true);
  }
  async stop(): Promise<void> {
    await this.controls.stop.click();
    await this.done();
  }
  /** Measurements that a sweep which was stopped has to go; null where there is none. */
  async unfinished(): Promise<number | null> {
    await this.go();
    const [text] = await this.page.getByTestId('unfinished').allInnerTexts();
    const found = text === undefined ? null : /with (\d+) steps? to go/.exec(text);
    return found && Number(found[1]);
  }
  async goOn(timeoutMs?: number): Promise<void> {
    await this.go();
    await this.controls.measure.goOn.click();
    await this.done(timeoutMs);
  }
  /** The text that levels are measured on. */
  async text(): Promise<string> {
    await this.go();
    return this.controls.measure.text.locator('option:checked').innerText();
  }

  /** The rows of the table as it is sorted; none where there is no table. */
  async table(): Promise<Measured[]> {
    await this.#showTable();
    const rows = await this.page.locator('[data-testid=runs] tbody tr').evaluateAll((all) =>
      all.map((row) => ({
        type: row.querySelector('th')?.textContent ?? '',
        cells: [...row.querySelectorAll('[data-column]')].map(
          (cell) => [cell.getAttribute('data-column') ?? '', cell.textContent ?? ''] as const,
        ),
        // Of sizes the exact bytes.
        help: [...row.querySelectorAll('[data-column][title]')].map(
          (cell) => [cell.getAttribute('data-column') ?? '', cell.getAttribute('title') ?? ''] as const,
        ),
      })),
    );
    return rows.map(({ type, cells, help }) =>
      measuredOf(type.trim(), Object.fromEntries(cells), Object.fromEntries(help)),
    );
  }
  /** The quality of every level by its name. */
  async qualities(): Promise<Record<string, QualityFacts | null>> {
    return Object.fromEntries((await this.table()).map((row) => [row.type, row.quality]));
  }
  /** On what and beside what quality was measured. */
  async conditions(): Promise<Conditions> {
    await this.#showTable();
    const caption = await this.page.locator('[data-testid=runs] caption').innerText();
    const found = /^(.*?), .*; loss from (\S+) on (\d+) tokens of (.*) \((\d+) chunks of (\d+)\)/.exec(
      caption,
    );
    if (!found) throw new Error(`"${caption}" does not tell the conditions.`);
    const [, adapter, base, tokens, text, chunks, context] = found;
    return {
      adapter: adapter!,
      base: base!,
      tokens: Number(tokens),
      text: text!,
      chunks: Number(chunks),
      context: Number(context),
    };
  }
  async sortByDivergence(): Promise<string[]> {
    await this.#showTable();
    await this.controls.measure.sortByDivergence.click();
    return (await this.table()).map((row) => row.type);
  }
  /** The page's answer: the level to take, how surely, and why. */
  async advice(): Promise<Advice> {
    await this.go();
    const found = this.page.getByTestId('advice');
    const text = await found.locator('p').innerText();
    const title = await found.locator('h2').innerText();
    const [link] = await found.getByRole('link').allInnerTexts();
    const factor = (pattern: RegExp) => {
      const number = pattern.exec(text);
      return number && Number(number[1]);
    };
    return {
      kind: (await found.getAttribute('data-kind')) ?? '',
      title,
      text,
      type: link === undefined ? null : link.replace(/^Download /, ''),
      timesSmaller: factor(/([\d.]+) times smaller/),
      timesFaster: factor(/at ([\d.]+) times its speed/),
      isPartial: title.startsWith('So far'),
    };
  }
  /** Measures on more text what is too close to call. */
  async measureMore(timeoutMs?: number): Promise<void> {
    await this.go();
    await this.controls.measure.more.click();
    await this.done(timeoutMs);
  }
  /** Words of the button that begins a measurement of so many levels, with how long it takes. */
  async measureWords(count: number): Promise<string> {
    await this.go();
    return this.controls.measure.start(count).innerText();
  }
  /** A file of what was measured, of a kind that the page names. */
  async saved(as: 'PNG' | 'SVG' | 'CSV' | 'Markdown' | 'JSON' | 'Picture'): Promise<Buffer> {
    await this.showCharts();
    return this.save(this.controls.measure.save(as));
  }
  async showCharts(): Promise<void> {
    await this.go();
    await this.controls.measure.part('Charts').click();
    await this.page.locator('#compare .quad').waitFor();
  }
  async #showTable(): Promise<void> {
    await this.go();
    await this.controls.measure.part('Table').click();
    // There is none before something was measured.
    await this.page.locator('#compare .setup').waitFor();
    await this.page.locator('#compare .quad').waitFor({ state: 'detached' });
  }
  async forget(): Promise<void> {
    await this.#showTable();
    await this.press(this.controls.measure.forget);
    await this.page.getByTestId('runs').waitFor({ state: 'detached' });
  }
  saveReport(): Promise<Buffer> {
    return this.save(this.controls.measure.saveReport);
  }
  /** Lays a report beside what was measured here. */
  async takeReport(name: string, content: string): Promise<void> {
    await this.go();
    const buffer = Buffer.from(content);
    await this.controls.measure.report.setInputFiles({ name, mimeType: 'application/json', buffer });
  }
  /** A level here, there, and here over there where the page says so; null where no report lies beside. */
  async beside(type: string): Promise<BesideRow | null> {
    await this.go();
    const row = this.page.getByTestId('beside').locator('tbody tr').filter({ hasText: type });
    const [cells] = await row.evaluateAll((all) =>
      all.map((tr) => [...tr.querySelectorAll('td')].map((cell) => cell.textContent ?? '')),
    );
    if (!cells) return null;
    const figures = cells.map(natsIn);
    return { generation: figures.slice(0, 3), prompt: figures.slice(3, 6), kl: figures.slice(6) };
  }
}
