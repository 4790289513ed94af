// Browser actions that need to know nothing of the page.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import type { NamedBytes } from '../../src/testing/safetensors-file';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Drops files or folders of the disk on the page, as a person's mouse would: through the browser's input pipeline. Firefox's
 * has no drop of files: there a drop with these files, but no folders, is sent to the page.
 */
export async function dropPaths(page: Page, paths: readonly string[]): Promise<void> {
  if (page.context().browser()?.browserType().name() === 'firefox') return sendDrop(page, paths);
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const drag = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data });
  await drag('dragEnter');
  await drag('dragOver');
  // A busy page answers late, and the browser takes a drop for a drag that was given up until it has.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await drag('dragOver');
  await drag('drop');
  await session.detach();
}

async function sendDrop(page: Page, paths: readonly string[]): Promise<void> {
  const input = await page.evaluateHandle(() =>
    document.body.appendChild(
      Object.assign(document.createElement('input'), { type: 'file', multiple: true }),
    ),
  );
  await input.setInputFiles([...paths]);
  await input.evaluate((input) => {
    const dataTransfer = new DataTransfer();
    for (const file of input.files!) dataTransfer.items.add(file);
    input.remove();
    for (const type of ['dragenter', 'dragover', 'drop'])
      document.body.dispatchEvent(
        new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true, composed: true }),
      );
  });
}

/** Writes files below a folder; gives what then lies at its top. */
export function writeFiles(files: readonly NamedBytes[], folder: string): string[] {
  const tops = new Set<string>();
  for (const file of files) {
    const path = join(folder, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.bytes);
    tops.add(join(folder, file.path.split('/')[0]!));
  }
  return [...tops];
}

/** The file of the download that `press` starts. */
export async function downloaded(page: Page, press: () => Promise<void>): Promise<Buffer> {
  const [saved] = await Promise.all([page.waitForEvent('download', { timeout: 120_000 }), press()]);
  return readFileSync(await saved.path());
}

/** The files that a page downloads from now on, by name, as they come. */
export function takeDownloads(page: Page): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  page.on('download', async (saved) => {
    const path = await saved.path().catch(() => undefined);
    if (path) files.set(saved.suggestedFilename(), readFileSync(path));
  });
  return files;
}

/** Violations that axe finds on the page as it is; colours are checked, too. */
export function accessibilityViolations(page: Page): Promise<string[]> {
  return page.evaluate(async (source) => {
    // The page's policy forbids eval and inline scripts; a function body given to evaluate is neither.
    const scope = window as unknown as {
      axe?: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    if (!scope.axe) new Function(source).call(window);
    const result = await scope.axe!.run();
    return result.violations.map((v) => {
      const some = v.nodes.map((n) => n.html).slice(0, 3);
      return `${v.id}: ${some.join(' | ')}`;
    });
  }, axeSource);
}

/** A state that a walk waits for: nothing matches a selector, or its match has a text. */
export interface Awaited {
  readonly selector: string;
  readonly text?: string;
}
/** Resolves to true as soon as it is so, which is sooner than by asking again and again; to false when time is up. */
export function seen(page: Page, awaited: Awaited, timeoutMs: number): Promise<boolean> {
  return page.evaluate(
    ({ selector, text, timeoutMs }) =>
      new Promise<boolean>((resolve) => {
        const isSo = () => {
          const found = document.querySelector(selector);
          return text === undefined ? found === null : (found?.textContent?.includes(text) ?? false);
        };
        const end = (found: boolean) => {
          observer.disconnect();
          resolve(found);
        };
        const observer = new MutationObserver(() => isSo() && end(true));
        observer.observe(document.body, { childList: true, subtree: true, characterData: true });
        if (isSo()) end(true);
        else setTimeout(() => end(false), timeoutMs);
      }),
    { ...awaited, timeoutMs },
  );
}

export type Scheme = 'light' | 'dark';

/** By how many CSS pixels the page is wider than a window of that width; 0 where it fits. */
export async function overflowPx(page: Page, width: number, colorScheme: Scheme): Promise<number> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 900 });
  return page.evaluate(async (width) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const over = () => Math.max(0, document.documentElement.scrollWidth - width);
    // Charts follow the window by an observer, a few frames later, on a busy machine much later; what lasts counts.
    const started = performance.now();
    for (let frames = 0; frames < 6 || (over() > 0 && performance.now() - started < 10_000); frames++)
      await frame();
    return over();
  }, width);
}

/** Puts a save dialog of the walk in the place of the browser's, which nobody could answer. */
export const answerSaveDialog = (page: Page, answer: 'a file' | 'cancel'): Promise<void> =>
  page.evaluate((answer) => {
    let saveDialogs = 0;
    const showSaveFilePicker = async () => {
      Object.assign(window, { saveDialogs: ++saveDialogs });
      if (answer === 'cancel') throw new DOMException('', 'AbortError');
      const root = await navigator.storage.getDirectory();
      return root.getFileHandle('target.gguf', { create: true });
    };
    Object.assign(window, { showSaveFilePicker, saveDialogs });
  }, answer);

/** Save dialogs since the walk's own was put there. */
export const saveDialogs = (page: Page): Promise<number> =>
  page.evaluate(() => Reflect.get(window, 'saveDialogs') as number);

/** The sha256 of what a save dialog's file got. */
export const savedFileHash = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const file = await (await root.getFileHandle('target.gguf')).getFile();
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    return [...hash].map((b) => b.toString(16).padStart(2, '0')).join('');
  });

/** Without a save dialog the page downloads through its private disk. */
export const withoutSaveDialog = () => void Reflect.deleteProperty(window, 'showSaveFilePicker');

/** Opens what a summary folds away, if it is folded. */
export async function unfold(summary: Locator): Promise<void> {
  if (!(await summary.evaluate((e) => e.closest('details')!.open))) await summary.click();
}

/** The first number in a text. */
export function numberIn(text: string): number {
  // On the page a minus is one, and thousands are set apart.
  const plain = text.replaceAll('−', '-').replace(/(\d),(?=\d{3})/g, '$1');
  const found = /-?\d+(\.\d+)?(e[+-]?\d+)?/i.exec(plain);
  if (!found) throw new Error(`There is no number in "${text}".`);
  return Number(found[0]);
}
