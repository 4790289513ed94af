import { existsSync, readdirSync } from 'node:fs';
import { Gpu, type GpuOptions, wantedDevice } from '../gpu/gpu';
import { GpuError } from '../util/errors';
import type { Sources } from '../wgsl/link';
import { shadersFromDisk } from './shaders';

export { shadersFromDisk };

/** Chromium's software Vulkan driver, the fallback when no other driver is configured. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * SwiftShader compiles the initializer of a workgroup variable to a store for each word, seconds for some kernels. Without
 * the extension Dawn writes a loop that does the same.
 */
const LOOPS_FOR_ZEROS = 'disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension';

function chooseDriver(): void {
  const env = process.env;
  if (env.VK_ICD_FILENAMES || env.VK_DRIVER_FILES || process.platform !== 'linux') return;
  const drivers = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'].filter(
    (d) => existsSync(d) && readdirSync(d).length > 0,
  );
  const hardware = existsSync('/dev/dri') || existsSync('/dev/nvidia0');
  if ((!hardware || drivers.length === 0) && existsSync(SWIFTSHADER)) env.VK_ICD_FILENAMES = SWIFTSHADER;
}

/** The package `webgpu` is an optional peer: files are opened and planned without it. */
async function openDawn(): Promise<GPU> {
  const { create, globals } = await import('webgpu').catch((error: unknown) => {
    throw new GpuError(
      `The npm package "webgpu" cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      'It brings WebGPU to Node: `npm install webgpu`.',
    );
  });
  chooseDriver();
  Object.assign(globalThis, globals);
  const { NIBBLE_DAWN_FEATURES: features } = process.env;
  const { VK_ICD_FILENAMES: driver = '' } = process.env;
  const dawn = create([
    ...(features ? [`enable-dawn-features=${features}`] : []),
    ...(driver.includes('swiftshader') ? [LOOPS_FOR_ZEROS] : []),
  ]);
  Object.assign(globalThis, { nibbleGpu: dawn });
  return dawn;
}

// Must stay referenced as long as objects made from it are in use.
let instance: Promise<GPU> | undefined;

/** A device through Dawn. Throws a GpuError when the machine has no adapter at all. */
export async function requestNodeDevice(): Promise<
  { device: GPUDevice } & Required<Pick<GpuOptions, 'adapterInfo' | 'languageFeatures'>>
> {
  const dawn = await (instance ??= openDawn());
  const adapter = await dawn.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter)
    throw new GpuError(
      'No WebGPU adapter: Dawn found no Vulkan, Metal or D3D12 driver.',
      'On Debian, `apt-get install chromium libvulkan1` brings a software one.',
    );
  const device = await adapter.requestDevice(wantedDevice(adapter));
  return { device, adapterInfo: adapter.info, languageFeatures: dawn.wgslLanguageFeatures };
}

/** The same with the engine's kernels and memory ledger on it. */
export async function openNodeGpu(
  options: GpuOptions = {},
  sources: Sources = shadersFromDisk(),
): Promise<Gpu> {
  const { device, ...found } = await requestNodeDevice();
  return new Gpu(device, sources, { ...found, ...options });
}
