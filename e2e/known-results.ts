import type { Page } from '@playwright/test';
import { memorySource } from '../src/files/byte-source';
import { readGguf } from '../src/files/gguf/read';
import { spreadOf } from '../src/infer/benchmark';
import { fingerprintOf } from '../src/studio/fingerprint';
import type { QualityRecord } from '../src/evaluate/quality-records';
import { planQuantization } from '../src/model/plan';
import { fileTypeByLabel } from '../src/quant/file-types';
import type { RunRecord } from '../src/studio/records';
import { simulated } from '../src/testing/results/simulated-quality';
import { SMALL, tinyGguf } from '../bench/models/tiny-llama';

/** The model that the results are of. */
export const bytes = tinyGguf({ ...SMALL, type: 'F16', seed: 11 });
const model = await readGguf(memorySource('charts.gguf', bytes));
export const planOf = (type: string) => planQuantization(model, fileTypeByLabel(type)!);
/** Losses of an 8 G llama in nats, and tokens a second. */
export const levels = [
  { type: 'F16', kl: 0, speed: 20 },
  { type: 'Q8_0', kl: 0.0014, speed: 27 },
  { type: 'Q6_K', kl: 0.0055, speed: 31 },
  { type: 'Q5_K_M', kl: 0.0108, speed: 36 },
  { type: 'Q4_K_M', kl: 0.0313, speed: 41 },
  { type: 'Q4_0', kl: 0.0719, speed: 48 },
  { type: 'IQ4_XS', kl: 0.032, speed: 43 },
  { type: 'Q3_K_M', kl: 0.102, speed: 44 },
].map((level) => ({ ...level, fileBytes: planOf(level.type).fileBytes }));
export const CONTEXTS = [128, 512, 2048];
/** Q6_K ends a context sooner, as memory does. */
export const contextsOf = (type: string) => (type === 'Q6_K' ? CONTEXTS.slice(0, 2) : CONTEXTS);
export const speedAt = (speed: number, contextTokens: number) => speed * (1 - contextTokens / 20_000);

const runOf = ({ type, fileBytes, speed }: (typeof levels)[number]): RunRecord => ({
  type,
  adapter: 'a known adapter',
  fileBytes,
  residentBytes: fileBytes + 200_000,
  peakBytes: 2 * fileBytes,
  measuredMs: 1_700_000_000_000,
  speed: {
    promptTokens: 64,
    generatedTokens: 16,
    promptTokensPerSecond: spreadOf([10 * speed]),
    tokensPerSecond: spreadOf([0.9 * speed, speed, 1.05 * speed]),
    byContext: {
      speeds: contextsOf(type).map((contextTokens) => ({
        contextTokens,
        tokensPerSecond: spreadOf([speedAt(speed, contextTokens)]),
      })),
      endedBy: type === 'Q6_K' ? 'memory' : 'asked',
    },
    elapsedMs: 9000,
  },
  bound: { byBytes: 900, byDispatches: 800, binds: 'dispatches', bytesPerToken: 1e6, dispatchesPerToken: 12 },
});

/** A run of so many chunks of 127 scored tokens; the baseline loses nothing. */
export const qualitiesOf = (chunks: number): QualityRecord[] =>
  levels.map(({ type, fileBytes, kl }) => {
    const record = simulated({ type, fileBytes, kl }, chunks, 2);
    const known = { ...record, adapter: 'a known adapter', textLabel: 'a text' };
    if (kl > 0) return known;
    const { measured } = known;
    const zeros = Array<number>(chunks).fill(0);
    const ones = Array<number>(chunks).fill(1);
    return {
      ...known,
      measured: {
        ...measured,
        kl: { ...measured.kl, mean: 0, p99: 0 },
        sameTop: { share: 1, standardError: 0 },
        batches: { ...measured.batches!, kl: zeros, sameTop: ones },
      },
    };
  });

/** Puts what was measured where the page keeps it. */
export async function keep(page: Page, chunks: number, types = levels.map((l) => l.type)): Promise<void> {
  const key = `${await fingerprintOf(model)} `;
  const isKept = ({ type }: { type: string }) => types.includes(type);
  const runs = levels.filter(isKept).map(runOf);
  const qualities = qualitiesOf(chunks).filter(isKept);
  await page.evaluate(
    async ({ key, kept }) => {
      const opened = indexedDB.open('nibble-results');
      await new Promise((resolve, reject) => {
        opened.onupgradeneeded = () => opened.result.createObjectStore('models');
        opened.onsuccess = resolve;
        opened.onerror = reject;
      });
      const put = opened.result.transaction('models', 'readwrite').objectStore('models').put(kept, key);
      await new Promise((resolve) => {
        put.onsuccess = resolve;
      });
      opened.result.close();
    },
    { key, kept: { version: 1, runs, qualities, sweep: null, ownText: null } },
  );
}

export const levelOf = (type: string) => levels.find((l) => l.type === type)!;
export const bytesOf = (type: string) => levelOf(type).fileBytes;
