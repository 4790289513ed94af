// npm run bench:page: time to first paint of the built page, its JavaScript, and main-thread load while it quantizes
// and generates. Prints a Markdown table; uses a new browser each time.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium, type Page } from '@playwright/test';
import { preview } from 'vite';
import { Studio } from '../../e2e/page';
import { launchOf } from './browser';

const ROUNDS = 5;
const LEVEL = 'Q4_K_M';
const root = resolve(import.meta.dirname, '../..');
const { label, ...options } = launchOf(undefined);

interface FirstPaint {
  readonly paintMs: number;
  /** Paths of the scripts that the page requested before the first paint. */
  readonly scripts: string[];
}

async function firstPaint(url: string): Promise<FirstPaint> {
  const browser = await chromium.launch({ headless: true, ...options });
  const page = await browser.newPage();
  await page.goto(url);
  const found = await page.evaluate(
    () =>
      new Promise<FirstPaint>((done) =>
        new PerformanceObserver((list) => {
          const paint = list.getEntriesByName('first-contentful-paint')[0];
          if (!paint) return;
          const scripts = performance
            .getEntriesByType('resource')
            .filter((r) => (r as PerformanceResourceTiming).initiatorType === 'script')
            .filter((r) => r.startTime < paint.startTime)
            .map((r) => new URL(r.name).pathname);
          done({ paintMs: paint.startTime, scripts });
        }).observe({ type: 'paint', buffered: true }),
      ),
  );
  await browser.close();
  return found;
}

/** A main-thread task: wall time and processor time. */
interface Task {
  readonly wallMs: number;
  readonly cpuMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Traces the page's main thread during `work`; returns its tasks, longest first. */
async function tasksOf(page: Page, work: () => Promise<void>): Promise<Task[]> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ['toplevel'] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  const threads = traceEvents.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain');
  const mains = new Set(threads.map((e) => `${e.pid} ${e.tid}`));
  return traceEvents
    .filter((e) => e.name.endsWith('RunTask') && mains.has(`${e.pid} ${e.tid}`))
    .map((e) => ({ wallMs: (e.dur ?? 0) / 1000, cpuMs: (e.tdur ?? 0) / 1000 }))
    .sort((x, y) => y.wallMs - x.wallMs);
}

/** Main-thread tasks, longest first, and the longest time between two frames. */
interface Activity {
  readonly tasks: Task[];
  readonly frameMs: number;
}

async function activityDuring(page: Page, work: () => Promise<void>): Promise<Activity> {
  const read = () =>
    page.evaluate(() => (globalThis as unknown as { __longestFrameMs(): number }).__longestFrameMs());
  await read();
  const tasks = await tasksOf(page, work);
  return { tasks, frameMs: await read() };
}

/** Measures the page while the built-in model is opened, and while it is quantized and generates. */
async function measurePage(url: string): Promise<{ opening: Activity; working: Activity }> {
  const browser = await chromium.launch({ headless: true, ...options });
  const page = await browser.newPage();
  // The compiler of this script inserts a helper that pages do not have.
  await page.addInitScript('globalThis.__name ??= (f) => f;');
  await page.addInitScript({ path: join(root, 'bench/browser/frames.js') });
  await page.goto(url);
  const studio = new Studio(page);
  await studio.device.adapter();
  const opening = await activityDuring(page, async () => {
    await studio.openBuiltIn();
    await page.waitForLoadState('networkidle');
  });
  const working = await activityDuring(page, async () => {
    await studio.run.useLevel(LEVEL);
    await studio.run.chat('Tell me a story.');
  });
  await browser.close();
  return { opening, working };
}

const server = await preview({ root, logLevel: 'error', preview: { port: 4178, host: '127.0.0.1' } });
try {
  const url = 'http://127.0.0.1:4178/';
  const paints = [];
  for (let i = 0; i < ROUNDS; i++) paints.push(await firstPaint(url));
  const times = paints.map((p) => p.paintMs).sort((a, b) => a - b);
  const kilobytes = (path: string) => gzipSync(readFileSync(join(root, 'dist', path))).length / 1000;
  const first = paints[0]!.scripts.reduce((n, path) => n + kilobytes(path), 0);
  const { opening, working } = await measurePage(url);
  const range = `${times[0]!.toFixed(0)}-${times.at(-1)!.toFixed(0)}`;
  const longest = (tasks: readonly Task[]) => {
    const max = (of: (t: Task) => number) => Math.max(0, ...tasks.map(of)).toFixed(0);
    const long = tasks.filter((t) => t.wallMs > 50).length;
    return `${long}; longest ${max((t) => t.wallMs)} ms, the thread's own time in one at most ${max((t) => t.cpuMs)} ms`;
  };
  const rows = [
    [
      'first contentful paint',
      `${times[Math.floor(ROUNDS / 2)]!.toFixed(0)} ms (${range}, ${ROUNDS} fresh browsers)`,
    ],
    ['JavaScript of the page before it, gzipped', `${first.toFixed(0)} kB`],
    ['main-thread tasks over 50 ms: opening the built-in model', longest(opening.tasks)],
    [`quantizing it to ${LEVEL}, a chat`, longest(working.tasks)],
    ['longest time between frames: opening the built-in model', `${opening.frameMs.toFixed(0)} ms`],
    [`quantizing it to ${LEVEL}, a chat`, `${working.frameMs.toFixed(0)} ms`],
  ];
  process.stdout.write(`${label}\n\n| | measured |\n|---|---|\n`);
  for (const row of rows) process.stdout.write(`| ${row.join(' | ')} |\n`);
} finally {
  await server.close();
}
