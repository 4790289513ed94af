import { expect, type Locator } from '@playwright/test';
import { downloaded } from './browser';
import { Part } from './part';

const PERSON = '#chat [data-from=person]';
const MODEL = '#chat [data-from=model]';

/** The share of the context that a conversation takes, as the page says it. */
export interface UsedContext {
  readonly used: number;
  readonly context: number;
}
export interface ShownLink {
  readonly href: string;
  readonly rel: string;
  readonly target: string;
  /** The host that stands beside it. */
  readonly host: string;
}

/** Conversations: their list, their branches, their room in the context. */
export class Talk extends Part {
  /** Titles of the list, newest first. */
  async conversations(): Promise<string[]> {
    await this.go();
    return this.page.locator('[data-conversation] b').allInnerTexts();
  }
  async openConversation(title: string): Promise<void> {
    await this.go();
    await this.page.locator('[data-conversation] a').filter({ hasText: title }).first().click();
    await this.page.locator('#chat-title').getByText(title, { exact: true }).waitFor();
  }
  async newConversation(): Promise<void> {
    await this.go();
    await this.controls.talk.newOne.click();
    await this.page.locator('#chat [data-from]').first().waitFor({ state: 'detached' });
  }
  /** Titles of conversations that have a text. */
  async search(query: string): Promise<string[]> {
    await this.go();
    await this.controls.talk.search.fill(query);
    // The list follows when the typing has stopped.
    await this.page.waitForTimeout(600);
    return this.conversations();
  }
  async exported(title: string): Promise<Buffer> {
    await this.go();
    await this.controls.talk.more(title).click();
    return downloaded(this.page, () => this.controls.talk.exportOne.click());
  }
  /** The shown branch of a conversation as Markdown. */
  async exportedMarkdown(title: string): Promise<string> {
    await this.go();
    await this.controls.talk.more(title).click();
    const press = () => this.page.getByRole('menuitem', { name: 'Export as Markdown' }).click();
    return (await downloaded(this.page, press)).toString();
  }
  /** Sets a penalty by its name. */
  async setPenalty(name: 'Repeat penalty' | 'Presence penalty', value: number): Promise<void> {
    const field = this.page.getByRole('spinbutton', { name, exact: true });
    await field.fill(String(value));
    await field.blur();
  }
  /** Saves what answers depend on now under a name. */
  async savePreset(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Save as a preset' }).click();
    await this.page.getByRole('textbox', { name: 'Name of the preset' }).fill(name);
    await this.page.getByRole('button', { name: 'Save', exact: true }).click();
  }
  /** Chooses a preset by its name. */
  async choosePreset(name: string): Promise<void> {
    await this.#preset.selectOption({ label: name });
  }
  /** Name of the preset that holds now. */
  async preset(): Promise<string> {
    return this.#preset.locator('option:checked').innerText();
  }
  get #preset(): Locator {
    return this.page.getByRole('combobox', { name: 'Preset', exact: true });
  }
  /** Deletes the own preset that holds now. */
  async deletePreset(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Delete ${name}` }).click();
  }
  /** Imports a file, whose first conversation is shown then. */
  async import(path: string, bytes: Uint8Array): Promise<void> {
    await this.go();
    const file = { name: path, mimeType: 'application/json', buffer: Buffer.from(bytes) };
    await this.controls.talk.importFile.setInputFiles(file);
  }
  async remove(title: string): Promise<void> {
    await this.go();
    await this.controls.talk.more(title).click();
    await this.controls.talk.remove.click();
    await this.controls.talk.removeSure.click();
  }

  async used(): Promise<UsedContext | null> {
    await this.go();
    const meter = this.page.getByTestId('context');
    if ((await meter.count()) === 0) return null;
    const said = await meter.locator('span').first().innerText();
    const [used, context] = [...said.replaceAll(',', '').matchAll(/\d+/g)].map(([n]) => Number(n));
    return { used: used!, context: context! };
  }
  /** The page's question where there is no room for an answer; null where it asks nothing. */
  async question(): Promise<string | null> {
    const question = this.controls.talk.full;
    return (await question.count()) > 0 ? question.innerText() : null;
  }
  async leaveOut(): Promise<void> {
    await this.press(this.controls.talk.leaveOut);
  }
  async useLarger(): Promise<void> {
    await this.press(this.controls.talk.useLarger);
  }
  async leftOut(): Promise<number> {
    return this.page.locator('#chat [data-left-out]').count();
  }

  async #act(within: Locator, control: (within: Locator) => Locator): Promise<void> {
    await within.hover();
    await control(within).click();
  }
  /** Changes the question at a place, counted from 0, and waits for its answer. */
  async edit(question: number, text: string): Promise<void> {
    await this.#act(this.page.locator(PERSON).nth(question), this.controls.talk.edit);
    await this.controls.talk.editField.fill(text);
    await this.page.keyboard.press('Enter');
    await this.done();
  }
  /** Changes the last question by the key for it. */
  async editLastByKey(text: string): Promise<void> {
    await this.controls.message.press('ArrowUp');
    await this.controls.talk.editField.fill(text);
    await this.page.keyboard.press('Enter');
    await this.done();
  }
  /** Has the last question answered again. */
  async again(): Promise<void> {
    await this.#act(this.page.locator(MODEL).last(), this.controls.talk.again);
    await this.done();
  }
  /** The version of a message that is shown, among how many; null where there is one. */
  async version(from: 'person' | 'model', index: number): Promise<string | null> {
    const branches = this.page
      .locator(from === 'person' ? PERSON : MODEL)
      .nth(index)
      .locator('.branches');
    return (await branches.count()) > 0 ? branches.innerText() : null;
  }
  async versionBefore(from: 'person' | 'model', index: number): Promise<void> {
    await this.#act(
      this.page.locator(from === 'person' ? PERSON : MODEL).nth(index),
      this.controls.talk.versionBefore,
    );
  }
  /** Goes on from an earlier answer. */
  async branchFrom(index: number): Promise<void> {
    await this.#act(this.page.locator(MODEL).nth(index), this.controls.talk.branch);
  }

  /** The likeliest tokens of a token of the last answer, with their percentages, under the mouse. */
  async likeliest(token: number): Promise<string[]> {
    await this.page.locator(MODEL).last().locator(`[data-token="${token}"]`).first().hover();
    const bubble = this.page.getByRole('tooltip');
    await bubble.waitFor();
    return bubble.locator(':scope > span').allInnerTexts();
  }
  async links(): Promise<ShownLink[]> {
    return this.page.locator('#chat .md a').evaluateAll((all) =>
      all.map((a) => ({
        href: a.getAttribute('href') ?? '',
        rel: a.getAttribute('rel') ?? '',
        target: a.getAttribute('target') ?? '',
        host: a.nextElementSibling?.textContent ?? '',
      })),
    );
  }
  /** Elements of the conversation that could ask a server for something, or act. */
  async actingElements(): Promise<string[]> {
    const names = 'img,picture,video,audio,source,iframe,object,embed,link,style,script,form,base,meta';
    return this.page
      .locator('#chat .messages')
      .evaluate(
        (list, names) => [...list.querySelectorAll(names)].map((e) => e.outerHTML.slice(0, 80)),
        names,
      );
  }
  /** The page's word on the change of level in the conversation; empty where there was none. */
  async levelChanges(): Promise<string[]> {
    return this.page.getByTestId('level-change').allInnerTexts();
  }
  /** The file that the view wants, where the model of the conversation is not open. */
  async needs(): Promise<string> {
    await this.page.getByTestId('chat-needs').waitFor();
    return this.page.getByTestId('chat-needs').innerText();
  }
  /** Waits until the page shows as many messages. */
  async shows(count: number): Promise<void> {
    await expect(this.page.locator('#chat [data-from]')).toHaveCount(count, { timeout: 30_000 });
  }
  async setSystem(text: string): Promise<void> {
    await this.go();
    await this.controls.talk.system.fill(text);
    await this.controls.talk.system.blur();
  }
  async setStops(lines: string): Promise<void> {
    await this.go();
    await this.controls.talk.stops.fill(lines);
    await this.controls.talk.stops.blur();
  }
}
