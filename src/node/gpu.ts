import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { create, globals } from 'webgpu';
import { Gpu, type GpuOptions, wantedDevice } from '../gpu/gpu';
import { GpuError } from '../util/errors';
import type { Sources } from '../wgsl/link';

const root = resolve(import.meta.dirname, '../..');

/** Every shader, from disk. */
export function shadersFromDisk(): Sources {
  const dir = join(root, 'shaders');
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.wgsl'));
  return new Map(
    files.map((f) => [f.replace(/\.wgsl$/, '').replaceAll('\\', '/'), readFileSync(join(dir, f), 'utf8')]),
  );
}

/** Chromium's software Vulkan: used where the machine names no driver of its own. */
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

const POLL_MS = 0.1;

/**
 * Dawn polls through setImmediate as long as anything is pending, which takes a core from whatever computes: on a software
 * adapter from the very work that is waited for. Native callbacks, which its polls are, come after a short sleep.
 */
function sleepBetweenPolls(): void {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  const original = globalThis.setImmediate;
  const isNative = (callback: unknown) =>
    Function.prototype.toString.call(callback).endsWith('{ [native code] }');
  const patched = (callback: (...a: unknown[]) => void, ...args: unknown[]) => {
    if (isNative(callback)) Atomics.wait(nothing, 0, 0, POLL_MS);
    return original(callback, ...args);
  };
  globalThis.setImmediate = Object.assign(patched, original) as typeof setImmediate;
}

// The GPU object must stay referenced as long as anything made from it lives.
let instance: GPU | undefined;

/** A device through Dawn, and what the adapter says of itself. Throws when the machine has no adapter at all. */
export async function openNodeDevice(): Promise<{ device: GPUDevice; adapterInfo: GPUAdapterInfo }> {
  if (!instance) {
    chooseDriver();
    sleepBetweenPolls();
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

export async function openNodeGpu(
  options: GpuOptions = {},
  sources: Sources = shadersFromDisk(),
): Promise<Gpu> {
  const { device, adapterInfo } = await openNodeDevice();
  return new Gpu(device, sources, { adapterInfo, ...options });
}
