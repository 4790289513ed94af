import { expect, type Page, test } from '@playwright/test';
import type { NamedBytes } from '../../src/testing/safetensors-file';
import {
  accessibilityViolations,
  dropPaths,
  numberIn,
  overflowPx,
  type Scheme,
  withoutSaveDialog,
  writeFiles,
} from './browser';
import { Beside } from './beside';
import { Charts } from './charts';
import { Device } from './device';
import { Keyboard } from './keyboard';
import { HubPart } from './hub';
import { LanguagePart } from './language';
import { Trial } from './trial';
import { Look } from './look';
import { Levels } from './levels';
import { Library } from './library';
import { Errors, Importance, Search } from './making';
import { BUILT_IN, OPEN_MODEL, Part, type View } from './part';
import { Results } from './results';
import { Run } from './run';
import { Talk } from './talk';
import { Unfinished } from './unfinished';
import { SitePart } from './site';

const ALERT = '[role=alert]';

/** Conditions of a visit to the page. */
export interface Visit {
  /** Bindings of the device are taken to be no larger than this. */
  readonly maxBindingBytes?: number;
  /** Address of the page, where it is not the one that all walks share. */
  readonly at?: string;
  /** The build for tests has a service worker only where it is asked for: it would answer in the place of a walk's routes. */
  readonly serviceWorker?: boolean;
  /** The device's compute paths are not measured; the default ones are right, too. */
  readonly untuned?: boolean;
}
/** A window by its width in CSS pixels and the colours that the person's system asks for. */
export type WindowShape = readonly [widthPx: number, scheme: Scheme];
export interface ModelFacts {
  /** Of the file or folder. */
  readonly label: string;
  readonly architecture: string;
  readonly parameters: number;
  readonly sizeBytes: number;
  /** Tensor types in the file, by size. */
  readonly sourceTypes: readonly string[];
  readonly tokenizer: string;
}

/** The page as a person uses it. Walks name no selector and no text of it: a new design is met here alone. */
export class Studio extends Part {
  readonly levels: Levels;
  readonly importance: Importance;
  readonly search: Search;
  readonly errors: Errors;
  readonly run: Run;
  readonly talk: Talk;
  readonly results: Results;
  readonly charts: Charts;
  readonly beside: Beside;
  readonly library: Library;
  readonly unfinished: Unfinished;
  readonly site: SitePart;
  readonly device: Device;
  readonly look: Look;
  readonly hub: HubPart;
  readonly language: LanguagePart;
  readonly trial: Trial;
  readonly keyboard: Keyboard;
  readonly #hosts = new Set<string>();

  constructor(page: Page) {
    super(page);
    this.levels = new Levels(page, 'levels');
    this.importance = new Importance(page, 'levels');
    this.search = new Search(page, 'levels');
    this.errors = new Errors(page, 'inspect');
    this.run = new Run(page, 'chat');
    this.talk = new Talk(page, 'chat');
    this.results = new Results(page, 'compare');
    this.charts = new Charts(page, 'compare');
    this.beside = new Beside(page, 'compare');
    this.library = new Library(page, 'settings');
    this.unfinished = new Unfinished(page, 'open');
    this.site = new SitePart(page, 'settings');
    this.device = new Device(page, 'device');
    this.look = new Look(page, 'model');
    this.hub = new HubPart(page, 'open');
    this.language = new LanguagePart(page, 'settings');
    this.trial = new Trial(page, 'open');
    this.keyboard = new Keyboard(page);
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      // Workers start from a blob of the page's own.
      if (protocol !== 'blob:') this.#hosts.add(host);
    });
  }

  /** Goes to the page and waits until it has found its adapter. */
  static async visit(page: Page, visit: Visit = {}): Promise<Studio> {
    const studio = new Studio(page);
    await page.addInitScript(withoutSaveDialog);
    await studio.goTo(visit);
    await studio.device.adapter();
    return studio;
  }
  async goTo({ maxBindingBytes, at = '/', serviceWorker = false, untuned }: Visit = {}): Promise<void> {
    const asked = new URLSearchParams();
    if (maxBindingBytes !== undefined) asked.set('max-binding', String(maxBindingBytes));
    if (untuned) asked.set('tune', 'skip');
    if (serviceWorker) asked.set('service-worker', '');
    await this.page.goto(asked.size === 0 ? at : `${at}${at.includes('?') ? '&' : '?'}${asked}`);
  }
  /** The same page loaded anew. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.device.adapter();
  }
  /** Another visit in the same browser: it finds what the browser was given to keep, and nothing else. */
  async anotherVisit(): Promise<Studio> {
    return Studio.visit(await this.page.context().newPage());
  }

  /** Opens the model that comes with the page. */
  async openBuiltIn(): Promise<void> {
    await this.opens(BUILT_IN, () => this.controls.builtIn.click());
  }
  /** Opens that model in a frame of the page, and gives the name of what is open there. */
  async openBuiltInWithin(frame: string): Promise<string> {
    const inside = this.page.frameLocator(frame);
    await inside.locator('.recent').getByRole('button', { name: BUILT_IN }).click();
    return inside.locator(OPEN_MODEL).innerText();
  }
  /** Waits until the page is at a view. */
  async isAt(view: View): Promise<void> {
    await this.page.locator(`#${view}`).waitFor();
  }
  /** The page's word on the model that the view of its address needs. */
  async needed(): Promise<string> {
    return this.page.locator('#needed').innerText();
  }
  /** Directions in which the page itself scrolls; only regions in it should. */
  scrolls(): Promise<string[]> {
    return this.page.evaluate(() => {
      const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
      return [
        ...(scrollWidth > clientWidth ? ['sideways'] : []),
        ...(scrollHeight > clientHeight ? ['down'] : []),
      ];
    });
  }
  /** Place of the running job on the screen; null where nothing runs. */
  async jobBox(): Promise<{ x: number; y: number; width: number; height: number } | null> {
    const job = this.page.locator('.job');
    return (await job.count()) > 0 ? job.boundingBox({ timeout: 1000 }).catch(() => null) : null;
  }
  /** Drops a model and waits until it is open. */
  async open(files: readonly NamedBytes[]): Promise<void> {
    const label = files[0]!.path.split('/')[0]!;
    await this.opens(label, () => this.drop(files));
  }
  /** Drops files and leaves what becomes of them to the walk. */
  drop(files: readonly NamedBytes[]): Promise<void> {
    return dropPaths(this.page, writeFiles(files, test.info().outputDir));
  }
  /** Drops a model of the disk and waits until it is open. */
  async openPath(path: string): Promise<void> {
    await this.opens(path.split('/').at(-1)!, () => dropPaths(this.page, [path]));
  }
  /** Chooses files in the browser's dialog and waits until the model is open. */
  async pickFiles(files: readonly NamedBytes[]): Promise<void> {
    const paths = writeFiles(files, test.info().outputDir);
    await this.opens(files[0]!.path, () => this.controls.files.setInputFiles(paths));
  }
  /** Chooses a folder of the disk, of which the browser hands over all that is below, and waits until it is open. */
  async pickFolder(path: string): Promise<void> {
    await this.opens(path.split('/').at(-1)!, () => this.controls.folder.setInputFiles(path));
  }
  /** Characters anywhere in the page, attributes included, that act on a terminal or reorder a line. */
  async actingCharacters(): Promise<string[]> {
    return (await this.page.content()).match(/(?![\t\n])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu) ?? [];
  }
  /** Drops a text, which is what the open model is measured on from then on. */
  async dropText(text: NamedBytes): Promise<void> {
    await this.drop([text]);
    await this.go('compare');
    await this.controls.measure.part('Charts').click();
    await expect(this.controls.measure.text).toHaveValue('own');
    await expect.poll(() => this.results.text()).toBe(text.path);
  }
  /** Opens a model by its address on the hub. */
  async openAddress(address: string, token?: string): Promise<void> {
    await this.beginOpenAddress(address, token);
    await this.done();
  }
  /** Asks for a model of the hub and leaves the page opening it. */
  async beginOpenAddress(address: string, token?: string): Promise<void> {
    const { hub } = this.controls;
    await this.go('open');
    await hub.address.fill(address);
    if (token !== undefined) await hub.token.fill(token);
    await hub.open.click();
  }
  /** Stops what runs. */
  async stop(): Promise<void> {
    await this.controls.stop.click();
    await this.done();
  }
  /** Opens the model that was refused for its pre-tokenizer, with one that the person names. */
  async openWithPreTokenizer(name: string): Promise<void> {
    await this.go('open');
    await this.controls.preTokenizer.name.selectOption(name);
    await this.press(this.controls.preTokenizer.open);
  }

  /** The open model; null before there is one. */
  async model(): Promise<ModelFacts | null> {
    if ((await this.page.locator(OPEN_MODEL).count()) === 0) return null;
    await this.go('model');
    const [model] = await this.page.locator('#model').evaluateAll((all) =>
      all.map((panel) => {
        const facts = [...panel.querySelectorAll('.fact')].map((fact) => [
          fact.querySelector('dt')?.textContent ?? '',
          { text: fact.querySelector('dd')?.textContent ?? '', help: fact.getAttribute('title') ?? '' },
        ]);
        return {
          label: panel.querySelector('h1')?.textContent ?? '',
          facts: Object.fromEntries(facts) as Record<string, { text: string; help: string }>,
        };
      }),
    );
    if (!model) return null;
    const fact = (label: string) => model.facts[label]!;
    return {
      label: model.label,
      architecture: fact('Architecture').text,
      parameters: numberIn(fact('Parameters').help),
      sizeBytes: numberIn(fact('Size').help),
      sourceTypes: fact('Stored as').text.split(', '),
      tokenizer: fact('Kind').text,
    };
  }

  /** The error that the page tells of; empty where there is none. */
  async problem(): Promise<string> {
    return (await this.page.locator(ALERT).allInnerTexts()).join('\n');
  }
  async dismiss(): Promise<void> {
    await this.controls.dismiss.click();
    await this.page.locator(ALERT).waitFor({ state: 'detached' });
  }

  /** Violations that axe finds on the page as it is, in the window that it has or in another. */
  async accessibilityViolations(window?: WindowShape): Promise<string[]> {
    // Out of the way: a tooltip that is open by chance would be part of the view.
    await this.page.mouse.move(0, 0);
    if (!window) return accessibilityViolations(this.page);
    await overflowPx(this.page, ...window);
    const found = await accessibilityViolations(this.page);
    await this.#usualWindow();
    return found;
  }
  /** Windows in which the page is wider than the window, so that something scrolls sideways or is cut off. */
  async overflows(windows: readonly WindowShape[]): Promise<string[]> {
    const over: string[] = [];
    for (const [widthPx, scheme] of windows) {
      const px = await overflowPx(this.page, widthPx, scheme);
      if (px > 0) over.push(`${widthPx} ${scheme}: ${px} px too wide`);
    }
    await this.#usualWindow();
    return over;
  }
  /** Takes a picture of the page as it is; gives by how many CSS pixels the page is wider than the window. */
  async picture(path: string, window: WindowShape): Promise<number> {
    const overPx = await overflowPx(this.page, ...window);
    // A hidden caret would take a style element, which the policy refuses.
    await this.page.screenshot({ path, caret: 'initial' });
    await this.#usualWindow();
    return overPx;
  }
  async #usualWindow(): Promise<void> {
    await this.page.emulateMedia({ colorScheme: 'light' });
    await this.page.setViewportSize({ width: 1440, height: 900 });
  }
  /** Gives, whenever it is asked, the hosts that the page has asked for anything from now on. */
  watchHosts(): () => string[] {
    this.#hosts.clear();
    return () => [...this.#hosts];
  }
}
