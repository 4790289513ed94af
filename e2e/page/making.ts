// Making of levels: importance matrices, searched mixes, maps of errors.
import { expect } from '@playwright/test';
import { numberIn, unfold } from './browser';
import { Part } from './part';

export interface ImportanceFacts {
  readonly label: string;
  /** Tensors of the matrix, and how many of them the model has. */
  readonly tensors: number;
  readonly matching: number;
  /** Chunks of text it was collected from; null where that is not known. */
  readonly chunks: number | null;
}

export class Importance extends Part {
  async #open(): Promise<void> {
    await this.go();
    if ((await this.page.getByTestId('imatrix').count()) > 0) return;
    await this.uncover();
    await this.controls.importance.fold.click();
    await this.page.getByTestId('imatrix').waitFor();
  }
  /** The matrix in use; null where there is none. */
  async facts(): Promise<ImportanceFacts | null> {
    await this.#open();
    const text = await this.page.getByTestId('imatrix').innerText();
    await this.uncover();
    const found = /^Importance matrix (.*): (\d+) of its (\d+) tensors are in/.exec(text);
    if (!found) return null;
    const chunks = /from (\d+) chunks of text/.exec(text);
    const [matching, tensors] = [Number(found[2]), Number(found[3])];
    return { label: found[1]!, tensors, matching, chunks: chunks && Number(chunks[1]) };
  }
  /** Collects one from a text, which is the one that the page offers. */
  async collect(text: string): Promise<void> {
    await this.#open();
    await this.press(this.controls.importance.collect(text));
    await this.uncover();
  }
  async saveFile(): Promise<Buffer> {
    await this.#open();
    const bytes = await this.save(this.controls.importance.save);
    await this.uncover();
    return bytes;
  }
  async remove(): Promise<void> {
    await this.#open();
    await this.press(this.controls.importance.remove);
    await this.uncover();
  }
}

export interface MixFacts {
  readonly expectedKl: number;
  /** Tensors by type. */
  readonly counts: Readonly<Record<string, number>>;
}

/** A level of a size of the person's own, with a type for each tensor. */
export class Search extends Part {
  async #open(): Promise<void> {
    await this.go();
    const either = this.controls.search.start.or(this.controls.search.size);
    if ((await either.count()) > 0) return;
    await this.uncover();
    await this.controls.search.fold.click();
    await either.waitFor();
  }
  async start(): Promise<void> {
    await this.#open();
    await this.press(this.controls.search.start);
  }
  /** The mix of the size that is asked for now. */
  async mix(): Promise<MixFacts> {
    await this.#open();
    const mix = this.page.getByTestId('mix');
    await expect(mix).toHaveAttribute('aria-busy', 'false');
    const text = await mix.innerText();
    const counts = [...text.matchAll(/(\d+) × (\S+?)(?:,|\s|$)/g)].map((m) => [m[2]!, Number(m[1])]);
    const expected = /Expected KL\s+(\S+)/i.exec(text);
    return { expectedKl: numberIn(expected![1]!), counts: Object.fromEntries(counts) };
  }
  /** Moves the size by keyboard: to its ends, or a number of steps down. */
  async size(to: 'least' | 'most' | { readonly down: number }): Promise<void> {
    await this.#open();
    await this.controls.search.size.focus();
    if (typeof to === 'object') for (let i = 0; i < to.down; i++) await this.page.keyboard.press('PageDown');
    else await this.page.keyboard.press(to === 'least' ? 'Home' : 'End');
  }
  /** The llama-quantize command that makes the same. */
  async command(): Promise<string> {
    await this.#open();
    await unfold(this.controls.search.command);
    return this.page.getByTestId('mix-command').innerText();
  }
  async saveRecipe(): Promise<Buffer> {
    await this.#open();
    return this.save(this.controls.search.save);
  }
  async addToLevels(): Promise<void> {
    await this.#open();
    await this.press(this.controls.search.add);
    await this.uncover();
  }
}

/** The map of errors, and a tensor seen close. */
export class Errors extends Part {
  /** Relative errors of a level in percent, layers by kinds of tensors. */
  async map(type: string): Promise<number[][]> {
    await this.go();
    await this.controls.errors.level.selectOption(type);
    const rows = this.page.getByTestId('heat').locator('tbody tr');
    const cells = await rows.evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')),
    );
    // On the page a row is a kind of tensor, and a column a layer.
    const layers = cells[0]!.map((_, layer) => cells.map((row) => row[layer]!));
    return layers.map((layer) => layer.map(numberIn));
  }
  /** Opens the tensor of the map's first figure; gives what it is. */
  async openFirstTensor(): Promise<string> {
    await this.go();
    await this.page.getByTestId('heat').locator('td button').first().click();
    const heading = this.page.getByTestId('tensor').getByRole('heading', { level: 2 }).first();
    await heading.waitFor();
    return heading.innerText();
  }
  /** Looks at another row of the tensor. */
  async chooseRow(row: number): Promise<void> {
    await this.controls.errors.row.fill(String(row));
    await expect(this.controls.errors.row).toHaveValue(String(row));
  }
  /** Weights of the block, before it was quantized. */
  async block(): Promise<number[]> {
    const cells = await this.page.getByTestId('block').locator('tbody td:nth-child(2)').allInnerTexts();
    return cells.map(numberIn);
  }
  /** Bars of the tensor's histogram. */
  async histogram(): Promise<number> {
    const bars = this.page.getByTestId('tensor').locator('.recharts-bar-rectangle path');
    await bars.first().waitFor({ state: 'attached' });
    return bars.count();
  }
  async closeTensor(): Promise<void> {
    await this.controls.errors.close.click();
    await this.page.getByTestId('tensor').waitFor({ state: 'detached' });
  }
}
