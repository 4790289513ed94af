// npm run tour: docs/pictures/tour.webm, ten seconds of the built page: first screen, trial, levels, Compare. Everything in it is
// computed while it is recorded; waiting is cut short. Chromium encodes its own frames.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type CDPSession, chromium, type Page } from '@playwright/test';
import { preview } from 'vite';
import { Studio } from '../../e2e/page';
import { launchOf, QUICK_COMPILES } from './browser';

const LEVELS = ['F16', 'Q8_0', 'Q4_K_M', 'Q3_K_M'];
const SIZE = { width: 1280, height: 800 };
const OUT_WIDTH_PX = 960;
const FRAMES_PER_SECOND = 15;
/** Frames that a blinking caret alternates between. */
const BLINKS = 4;
/** For so long the end of a scene is shown. */
const HELD_SECONDS = 1;
const MAX_BYTES = 3_000_000;
const root = resolve(import.meta.dirname, '../..');

/** Frames of one scene, and for how long it is shown. */
interface Scene {
  readonly frames: string[];
  readonly seconds: number;
}

/** Records what happens while `act` runs; a still scene has one frame at least. */
async function scene(
  page: Page,
  session: CDPSession,
  seconds: number,
  act: () => Promise<unknown>,
): Promise<Scene> {
  const frames: string[] = [];
  const take = ({ data, sessionId }: { data: string; sessionId: number }) => {
    // A caret that blinks is no news.
    if (!frames.slice(-BLINKS).includes(data)) frames.push(data);
    void session.send('Page.screencastFrameAck', { sessionId });
  };
  session.on('Page.screencastFrame', take);
  await session.send('Page.startScreencast', { format: 'jpeg', quality: 90, everyNthFrame: 1 });
  await act();
  await page.waitForTimeout(500);
  await session.send('Page.stopScreencast');
  session.off('Page.screencastFrame', take);
  const last = await page.screenshot({ type: 'jpeg', quality: 90 });
  return { frames: [...frames, last.toString('base64')], seconds };
}

/** As many frames as the scene lasts, evenly from what was recorded, and its end. */
const sampled = ({ frames, seconds }: Scene): string[] => {
  const held = Math.round(HELD_SECONDS * FRAMES_PER_SECOND);
  const count = Math.round(seconds * FRAMES_PER_SECOND) - held;
  const moving = Array.from({ length: count }, (_, i) => frames[Math.floor((i * frames.length) / count)]!);
  return [...moving, ...Array<string>(held).fill(frames.at(-1)!)];
};

/** A WebM of frames, which the browser plays on a canvas and records. */
async function encode(page: Page, frames: readonly string[]): Promise<Buffer> {
  await page.goto('about:blank');
  const data = await page.evaluate(
    async ({ frames, width, height, fps }) => {
      const images = await Promise.all(
        frames.map(async (frame) =>
          createImageBitmap(
            new Blob([Uint8Array.from(atob(frame), (c) => c.charCodeAt(0))], { type: 'image/jpeg' }),
          ),
        ),
      );
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d')!;
      const recorder = new MediaRecorder(canvas.captureStream(fps), {
        mimeType: 'video/webm;codecs=vp9',
        videoBitsPerSecond: 1_800_000,
      });
      const parts: Blob[] = [];
      recorder.ondataavailable = ({ data }) => parts.push(data);
      const stopped = new Promise((resolve) => {
        recorder.onstop = resolve;
      });
      recorder.start();
      const started = performance.now();
      for (const [i, image] of images.entries()) {
        context.drawImage(image, 0, 0, width, height);
        const due = started + ((i + 1) * 1000) / fps;
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      }
      recorder.stop();
      await stopped;
      const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
      let text = '';
      for (const byte of bytes) text += String.fromCharCode(byte);
      return btoa(text);
    },
    {
      frames: [...frames],
      width: OUT_WIDTH_PX,
      height: Math.round((OUT_WIDTH_PX * SIZE.height) / SIZE.width),
      fps: FRAMES_PER_SECOND,
    },
  );
  return Buffer.from(data, 'base64');
}

const { label: _, args, ...options } = launchOf(undefined);
const server = await preview({ root, logLevel: 'error', preview: { port: 4177, host: '127.0.0.1' } });
const browser = await chromium.launch({ headless: true, ...options, args: [...args, QUICK_COMPILES] });
try {
  const page = await browser.newPage({ baseURL: 'http://127.0.0.1:4177', viewport: SIZE });
  // The compiler of this script inserts a helper that pages do not have.
  await page.addInitScript('globalThis.__name ??= (f) => f;');
  const studio = await Studio.visit(page);
  const session = await page.context().newCDPSession(page);
  const scenes = [
    await scene(page, session, 1.2, () => studio.go('open')),
    await scene(page, session, 4.5, () => studio.trial.run()),
  ];
  await studio.openBuiltIn();
  await studio.levels.select(LEVELS);
  await studio.results.want({ seconds: 5 });
  await studio.results.measure(LEVELS.length, 400_000);
  scenes.push(
    await scene(page, session, 2, async () => {
      await studio.go('levels');
      await studio.levels.drawnSizes();
    }),
    await scene(page, session, 2.3, async () => {
      await studio.results.showCharts();
      await page.waitForTimeout(1000);
    }),
  );
  const film = await encode(page, scenes.flatMap(sampled));
  if (film.length > MAX_BYTES) throw new Error(`the film has ${film.length} bytes, more than ${MAX_BYTES}`);
  const path = join(root, 'docs/pictures/tour.webm');
  writeFileSync(path, film);
  process.stdout.write(
    `${path}: ${film.length} bytes of ${scenes.map((s) => s.frames.length).join(', ')} frames\n`,
  );
} finally {
  await browser.close();
  await server.close();
}
