import { existsSync, readdirSync } from 'node:fs';
import { create, globals } from 'webgpu';
import { Gpu, type GpuOptions, wantedDevice } from '../gpu/gpu';
import { GpuError } from '../util/errors';
import type { Sources } from '../wgsl/link';
import { shadersFromDisk } from './shaders';

export { shadersFromDisk };

/** Chromium's software Vulkan driver, the fallback when no other driver is configured. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

function chooseDriver(): void {
  const env = process.env;
  if (env.VK_ICD_FILENAMES || env.VK_DRIVER_FILES || process.platform !== 'linux') return;
  const drivers = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'].filter(
    (d) => existsSync(d) && readdirSync(d).length > 0,
  );
  const hardware = existsSync('/dev/dri') || existsSync('/dev/nvidia0');
  if ((!hardware || drivers.length === 0) && existsSync(SWIFTSHADER)) env.VK_ICD_FILENAMES = SWIFTSHADER;
}

// Must stay referenced as long as objects made from it are in use.
let instance: GPU | undefined;

/** A device through Dawn. Throws a GpuError when the machine has no adapter at all. */
export async function requestNodeDevice(): Promise<{ device: GPUDevice; adapterInfo: GPUAdapterInfo }> {
  if (!instance) {
    chooseDriver();
    Object.assign(globalThis, globals);
    const { NIBBLE_DAWN_FEATURES: features } = process.env;
    instance = create(features ? [`enable-dawn-features=${features}`] : []);
    Object.assign(globalThis, { nibbleGpu: instance });
  }
  const adapter = await instance.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter)
    throw new GpuError(
      'No WebGPU adapter: Dawn found no Vulkan, Metal or D3D12 driver.',
      'On Debian, `apt-get install chromium libvulkan1` brings a software one.',
    );
  return { device: await adapter.requestDevice(wantedDevice(adapter)), adapterInfo: adapter.info };
}

/** The same with the engine's kernels and memory ledger on it. */
export async function openNodeGpu(
  options: GpuOptions = {},
  sources: Sources = shadersFromDisk(),
): Promise<Gpu> {
  const { device, adapterInfo } = await requestNodeDevice();
  return new Gpu(device, sources, { adapterInfo, ...options });
}
