import { numberIn, unfold } from './browser';
import { Part } from './part';

export interface Message {
  readonly from: 'person' | 'model';
  readonly text: string;
}
export interface Timing {
  readonly firstTokenMs: number;
  /** Tokens per second; null where there were too few to tell. */
  readonly promptSpeed: number | null;
  readonly generationSpeed: number | null;
  readonly tokens: number;
  readonly endedBy: string;
  /** Tokens of the prompt that were read, and all of them. */
  readonly evaluated: number;
  readonly promptTokens: number;
}
export interface SamplingChoice {
  readonly temperature?: number;
  readonly maxTokens?: number;
}

const MESSAGE = '#chat [data-from]';

/** Chat, completion and texts side by side. */
export class Run extends Part {
  async useLevel(type: string): Promise<void> {
    await this.go();
    await this.controls.runLevel.selectOption(type);
  }
  async sampling({ temperature, maxTokens }: SamplingChoice): Promise<void> {
    await this.#unfoldHow();
    if (temperature !== undefined) await this.controls.temperature.fill(String(temperature));
    if (maxTokens !== undefined) await this.controls.maxTokens.fill(String(maxTokens));
  }
  /** Opens the panel of what an answer depends on, where it is closed. */
  async #unfoldHow(): Promise<void> {
    await this.go();
    if (!(await this.controls.temperature.isVisible())) await this.controls.how.click();
  }

  /** Sends a message and waits for the whole answer. */
  async chat(message: string): Promise<string> {
    await this.beginChat(message);
    await this.done();
    const said = (await this.messages()).at(-1);
    return said?.from === 'model' ? said.text : '';
  }
  /** Sends a message and leaves the model writing. */
  async beginChat(message: string): Promise<void> {
    await this.go();
    await this.controls.mode.chat.click();
    await this.controls.message.fill(message);
    await this.controls.send.click();
  }
  async messages(): Promise<Message[]> {
    await this.go();
    return this.page.locator(`${MESSAGE}`).evaluateAll((all) =>
      all.map((li) => ({
        from: li.getAttribute('data-from') as 'person' | 'model',
        text: [...li.querySelectorAll('[data-testid=asked], [data-testid=said]')]
          .map((part) => part.textContent?.trim() ?? '')
          .join('\n'),
      })),
    );
  }
  /** Thoughts of the newest answer, and if they are unfolded; null where it has none. */
  async thoughts(): Promise<{ text: string; isOpen: boolean } | null> {
    const folds = this.page
      .locator(MESSAGE)
      .last()
      .locator('details')
      .filter({ has: this.page.getByTestId('thoughts') });
    const all = await folds.evaluateAll((found) =>
      found.map((fold) => ({
        text: fold.querySelector('p')?.textContent?.trim() ?? '',
        isOpen: (fold as HTMLDetailsElement).open,
      })),
    );
    return all[0] ?? null;
  }
  /** Unfolds the thoughts of the newest answer; true when they are to be seen then. */
  async unfoldThoughts(): Promise<boolean> {
    await this.page.locator(MESSAGE).last().locator('details').first().locator('summary').click();
    return this.page.getByTestId('thoughts').last().isVisible();
  }
  /** Calls of tools in the newest answer. */
  async toolCalls(): Promise<string[]> {
    const texts = await this.page.locator(MESSAGE).last().getByTestId('tool-call').allTextContents();
    return texts.map((text) => text.trim());
  }
  /** The answer that the model is at, as far as it is written. */
  async writing(): Promise<string> {
    await this.go();
    const [text] = await this.page.getByTestId('answer').allTextContents();
    return text ?? '';
  }
  /** Continues the text of the page; gives what was written after it. */
  async complete(): Promise<string> {
    await this.go();
    await this.controls.mode.completion.click();
    await this.press(this.controls.continueText);
    return this.writing();
  }
  async stop(): Promise<void> {
    await this.controls.stop.click();
    await this.done();
  }
  /** Of the newest answer; null before there is one. */
  async timing(): Promise<Timing | null> {
    await this.go();
    const all = await this.page.getByTestId('timing').evaluateAll((lists) =>
      lists.map((list) => {
        const facts = [...list.querySelectorAll('div')].map((fact) => [
          fact.querySelector('dt')?.textContent ?? '',
          fact.querySelector('dd')?.textContent ?? '',
        ]);
        const prompt = list.querySelector<HTMLElement>('[data-read]')!;
        const ended = (list as HTMLElement).dataset.ended ?? '';
        const { speed = '', read = '', of = '' } = prompt.dataset;
        return { facts: Object.fromEntries(facts) as Record<string, string>, ended, speed, read, of };
      }),
    );
    const last = all.at(-1);
    if (!last) return null;
    const { facts, ended, speed, read, of } = last;
    const speedIn = (text = '') => (/\d/.test(text) ? numberIn(text) : null);
    return {
      firstTokenMs: 1000 * numberIn(facts['first token']!),
      promptSpeed: speedIn(speed),
      generationSpeed: speedIn(facts.Generation),
      tokens: numberIn(facts.Tokens!.replaceAll(',', '')),
      endedBy: ended,
      evaluated: Number(read),
      promptTokens: Number(of),
    };
  }
  /** The text that the model was given, after its template. */
  async given(): Promise<string> {
    await this.#unfoldHow();
    await unfold(this.controls.given);
    return (await this.page.locator('#chat .rendered').textContent()) ?? '';
  }
}
