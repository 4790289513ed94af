import { wantedDevice } from '../gpu/gpu';
import { UnsupportedError } from '../util/errors';

const HINT =
  'Use a current Chrome, Edge, Safari 26 or Firefox with WebGPU. Looking at a model and its plan works without.';

/** The browser's GPU, on the page or in a worker. Throws an UnsupportedError that says what is missing. */
export async function requestBrowserDevice(): Promise<{ device: GPUDevice; adapterInfo: GPUAdapterInfo }> {
  if (!navigator.gpu) throw new UnsupportedError('This browser has no WebGPU.', HINT);
  if (!navigator.gpu.wgslLanguageFeatures?.has('packed_4x8_integer_dot_product'))
    throw new UnsupportedError('This browser’s WebGPU is too old: WGSL lacks packed 4x8 integers.', HINT);
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new UnsupportedError('WebGPU found no graphics adapter on this machine.', HINT);
  return { device: await adapter.requestDevice(wantedDevice(adapter)), adapterInfo: adapter.info };
}
