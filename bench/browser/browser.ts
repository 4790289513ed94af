import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';

const hook = readFileSync(join(import.meta.dirname, 'gpu-hook.js'), 'utf8');

/** Launch options of a Chromium. */
export interface Launch {
  readonly executablePath?: string;
  readonly args: string[];
  readonly env?: Record<string, string>;
  readonly label: string;
}
/** The installed Chromium, or the one of env.json in `folder`. */
export function launchOf(folder: string | undefined): Launch {
  const quiet = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  if (folder) {
    const { label, chromium: c } = JSON.parse(readFileSync(join(folder, 'env.json'), 'utf8'));
    return { label, executablePath: c.executablePath, env: c.env, args: [...quiet, ...c.args] };
  }
  const system = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
  const software = process.env.NIBBLE_HARDWARE ? [] : ['--use-webgpu-adapter=swiftshader'];
  return {
    label: software.length ? 'SwiftShader' : 'hardware',
    ...(system ? { executablePath: system } : {}),
    args: [...quiet, '--enable-unsafe-webgpu', ...software],
  };
}

/** For pictures: SwiftShader compiles several times as fast (docs/testing.md). What is timed is done without. */
export const QUICK_COMPILES = '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension';

/** Calls of WebGPU counted by gpu-hook.js. */
export interface Counts {
  readonly devices: number;
  readonly dispatches: number;
  readonly submits: number;
  readonly bindGroups: number;
  readonly buffers: number;
  readonly peakBytes: number;
  readonly writes: number;
  readonly writtenBytes: number;
  readonly readBytes: number;
}
/** The counts of the page, or of its worker. */
export const readCounts = (page: Page): Promise<Counts> =>
  page.evaluate(
    () =>
      new Promise<Counts>((resolve, reject) => {
        const channel = new BroadcastChannel('gpu-counts');
        channel.onmessage = ({ data }) => {
          if (typeof data === 'object' && (data as Counts).devices > 0) resolve(data as Counts);
        };
        channel.postMessage('ask');
        setTimeout(() => reject(new Error('nobody counted a WebGPU device')), 3000);
      }),
  );

const minus = (a: Counts, b: Counts, tokens: number): Counts =>
  Object.fromEntries(
    Object.keys(a).map((key) => [key, (a[key as keyof Counts] - b[key as keyof Counts]) / tokens]),
  ) as unknown as Counts;

/** Counts per token, from the difference of a long and a short run. */
export async function perToken(
  page: Page,
  tokens: number,
  run: (count: number) => Promise<unknown>,
): Promise<Counts> {
  const start = await readCounts(page);
  await run(tokens);
  const long = await readCounts(page);
  await run(1);
  const short = await readCounts(page);
  return minus(minus(long, start, 1), minus(short, long, 1), tokens - 1);
}

/** A new browser with a page that counts WebGPU calls. */
export async function openPage(launch: Launch, url: string): Promise<{ browser: Browser; page: Page }> {
  const { label: _, ...options } = launch;
  const browser = await chromium.launch({ headless: true, ...options });
  const page = await browser.newPage();
  // The compiler of this script inserts a helper that pages do not have.
  await page.addInitScript('globalThis.__name ??= (f) => f;');
  await page.addInitScript(hook);
  // Also counts in workers created from Blobs.
  await page.addInitScript((text) => {
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (object: Blob | MediaSource) =>
      make(
        object instanceof Blob && object.type.includes('javascript')
          ? new Blob([text, '\n', object], { type: object.type })
          : object,
      );
  }, hook);
  await page.goto(url);
  return { browser, page };
}
