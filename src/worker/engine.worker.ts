import { forgetExports } from '../browser/sinks';
import { requestBrowserDevice } from '../browser/gpu';
import { browserTextSandbox } from '../browser/text-sandbox';
import { Gpu, type GpuOptions } from '../gpu/gpu';
import { Studio } from '../studio/studio';
import { shaderSources } from '../wgsl/sources';
import { serve } from './host';
import { tuningStore } from '../browser/tuning-store';
import type { FromWorker, ToWorker } from './protocol';

/** `#max-binding=65536` in the worker's name limits binding sizes, for tests. */
function options(): GpuOptions {
  const limit = /max-binding=(\d+)/.exec(self.name)?.[1];
  return limit ? { maxBindingBytes: Number(limit) } : {};
}

/** The device opened last. */
let gpu: Gpu | undefined;

async function openGpu(): Promise<Gpu> {
  const { device, ...found } = await requestBrowserDevice();
  gpu = new Gpu(device, shaderSources, { ...found, ...options() });
  return gpu;
}

/** `#tune=skip` in the worker's name keeps the default compute paths. */
const tuning = self.name.includes('tune=skip') ? undefined : tuningStore;

void forgetExports().catch(() => {});
/** The build: a bundler's name of this file changes with the engine in it. */
const engine = new URL(import.meta.url).pathname.split('/').at(-1)!;
const send = (message: FromWorker) => self.postMessage(message);
const hubSources = import.meta.env.VITE_HUB_SOURCES.split(' ').filter((source) => source !== '');
const studio = new Studio(openGpu, browserTextSandbox(), tuning);
const answer = serve(studio, send, { engine, hubSources });
// Held until this worker is gone, however it goes: its client waits for it.
const life = `nibble-engine-${crypto.randomUUID()}`;
const held = navigator.locks?.request(life, () => {
  send({ lock: life });
  return new Promise(() => {});
});
// Denied with all storage: then its client waits for nothing.
held?.catch(() => {});

/** Only in the build for tests: a device lost during a running call, and the ways of a worker to fail. */
const failures = {
  loseDevice: () => gpu?.device.destroy(),
  closeEngine: () => self.close(),
  crashEngine: () => {
    throw new Error('crashed for a test');
  },
  hangEngine: () => {
    for (;;);
  },
};
self.onmessage = ({ data }: MessageEvent<ToWorker | keyof typeof failures>) => {
  if (import.meta.env.MODE === 'test' && typeof data === 'string') failures[data]();
  else answer(data as ToWorker);
};
