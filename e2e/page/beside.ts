import { numberIn } from './browser';
import { Part } from './part';

/** The text of a level beside others. */
export interface BesideText {
  readonly type: string;
  readonly tokens: readonly { readonly text: string; readonly percent: number }[];
  /** Index of the token from which it parts from the first level; -1 where it does not. */
  readonly mark: number;
  /** Tokens that it has in common with the first level, as the page says; null where all are. */
  readonly parts: number | null;
}

/** Levels side by side: one prompt, and where their texts part. */
export class Beside extends Part {
  async show(): Promise<void> {
    await this.go();
    await this.controls.measure.part('Side by side').click();
    await this.controls.beside.prompt.waitFor();
  }
  /** Has the chosen levels continue a text, or the one that the page begins with. */
  async write({ text, maxTokens }: { text?: string; maxTokens: number }): Promise<BesideText[]> {
    await this.show();
    const { beside } = this.controls;
    if (text !== undefined) await beside.prompt.fill(text);
    await beside.mostTokens.fill(String(maxTokens));
    await this.press(beside.send);
    const texts = await this.page.locator('#compare [data-side]').evaluateAll((all) =>
      all.map((side) => {
        const tokens = [...side.querySelectorAll<HTMLElement>('.txt > *')];
        return {
          type: side.getAttribute('data-side') ?? '',
          parts: side.getAttribute('data-parts') ?? '',
          mark: tokens.findIndex((t) => t.classList.contains('first')),
          tokens: tokens.map((t) => ({ text: t.textContent ?? '', percent: t.title })),
        };
      }),
    );
    return texts.map((side) => ({
      ...side,
      parts: side.parts === '' ? null : Number(side.parts),
      tokens: side.tokens.map(({ text, percent }) => ({ text, percent: numberIn(percent) })),
    }));
  }
}
