import { forgetExports } from '../browser/sinks';
import { Gpu, type GpuOptions, wantedDevice } from '../gpu/gpu';
import { Studio } from '../studio/studio';
import { UnsupportedError } from '../util/errors';
import { shaderSources } from '../wgsl/sources';
import { serve } from './host';
import { tuningStore } from '../browser/tuning-store';
import type { FromWorker, ToWorker } from './protocol';

/** `#max-binding=65536` in the worker's name limits binding sizes, for tests. */
function options(): GpuOptions {
  const limit = /max-binding=(\d+)/.exec(self.name)?.[1];
  return limit ? { maxBindingBytes: Number(limit) } : {};
}

async function openGpu(): Promise<Gpu> {
  const hint =
    'Use a current Chrome, Edge, Safari 26 or Firefox with WebGPU. Looking at a model and its plan works without.';
  if (!navigator.gpu) throw new UnsupportedError('This browser has no WebGPU.', hint);
  if (!navigator.gpu.wgslLanguageFeatures?.has('packed_4x8_integer_dot_product'))
    throw new UnsupportedError('This browser’s WebGPU is too old: WGSL lacks packed 4x8 integers.', hint);
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new UnsupportedError('WebGPU found no graphics adapter on this machine.', hint);
  return new Gpu(await adapter.requestDevice(wantedDevice(adapter)), shaderSources, {
    adapterInfo: adapter.info,
    ...options(),
  });
}

/** `#tune=skip` in the worker's name keeps the default compute paths. */
const tuning = self.name.includes('tune=skip') ? undefined : tuningStore;

void forgetExports().catch(() => {});
const answer = serve(new Studio(openGpu, tuning), (message: FromWorker) => self.postMessage(message));
self.onmessage = ({ data }: MessageEvent<ToWorker>) => answer(data);
