import { type GpuOptions, wantedDevice } from '../gpu/gpu';
import { UnsupportedError } from '../util/errors';
import { adapterHelp, webGpuHelp } from './help';

/** The browser's GPU, on the page or in a worker. Throws an UnsupportedError that says what is missing, and what to do. */
export async function requestBrowserDevice(): Promise<
  { device: GPUDevice } & Pick<GpuOptions, 'adapterInfo' | 'languageFeatures'>
> {
  const { userAgent } = navigator;
  const gpu = navigator.gpu as GPU | undefined;
  if (!gpu)
    throw new UnsupportedError(
      'This browser has no WebGPU.',
      webGpuHelp(userAgent, globalThis.isSecureContext),
    );
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter)
    throw new UnsupportedError('WebGPU found no graphics adapter on this machine.', adapterHelp(userAgent));
  return {
    device: await adapter.requestDevice(wantedDevice(adapter)),
    adapterInfo: adapter.info,
    // A browser that lists none has none.
    languageFeatures: gpu.wgslLanguageFeatures ?? new Set(),
  };
}
