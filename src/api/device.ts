import { type DeviceCapabilities, findCapabilities } from '../device/capabilities';
import type { TuningStore } from '../device/tune';
import { Gpu, wantedDevice } from '../gpu/gpu';
import { disposable } from '../util/dispose';
import { throwIfCancelled } from '../util/errors';
import { deepFreeze } from '../util/freeze';
import type { Work } from '../util/work';
import type { Sources } from '../wgsl/link';
import { Handles } from './handle';

/** Limits and stores of a device. Everything may be left out. */
export interface DeviceOptions {
  /** Of the adapter that the device came from: some devices do not repeat all of it. */
  readonly adapterInfo?: GPUAdapterInfo | undefined;
  /** WGSL's language features (`gpu.wgslLanguageFeatures`). Left out, all that the engine makes use of are there. */
  readonly languageFeatures?: ReadonlySet<string> | undefined;
  /** Largest storage buffer binding in bytes, below the device's own limit. Larger tensors are cut by rows. */
  readonly maxBindingBytes?: number;
  /** Bytes that all buffers of the engine may take together. */
  readonly maxMemoryBytes?: number;
  /** Keeps the compute paths that were measured on a device. Without it nothing is timed and the usual paths are taken. */
  readonly tunings?: TuningStore;
  /** Shader texts by path; those of the package when it is left out. */
  readonly shaders?: Sources;
}

/** GPU memory in bytes, as the engine's ledger has it. */
export interface MemoryUse {
  readonly currentBytes: number;
  readonly peakBytes: number;
  readonly owners: readonly { readonly owner: string; readonly sizeBytes: number }[];
}

export const gpus = new Handles<Device, Gpu>('device');

/** A GPU device with the engine on it. Made by createDevice. */
export class Device {
  /** Frozen; found out once, before any work. */
  readonly capabilities: DeviceCapabilities;

  /** @internal */
  constructor(gpu: Gpu, capabilities: DeviceCapabilities) {
    this.capabilities = capabilities;
    gpus.keep(this, gpu);
    Object.freeze(this);
  }
  /** Memory in use at this moment. */
  get memory(): MemoryUse {
    const { memory } = gpus.get(this);
    return deepFreeze({
      currentBytes: memory.currentBytes,
      peakBytes: memory.peakBytes,
      owners: memory.byOwner(),
    });
  }
  /** True once the driver took the device away. Everything on it is gone; open a new one. */
  get lost(): boolean {
    return gpus.get(this).lost;
  }
  /** Destroys the GPUDevice and everything that the engine has on it. */
  dispose(): void {
    gpus.get(this).close();
  }
}
disposable(Device.prototype);

/**
 * Features and limits that the engine makes use of, within those that an adapter has: for `adapter.requestDevice`. Nothing
 * in it is required; without `shader-f16` or subgroups other kernels are taken.
 */
export const deviceDescriptor = (adapter: GPUAdapter): GPUDeviceDescriptor => wantedDevice(adapter);

/**
 * Puts the engine on a GPUDevice. A self-test of its arithmetic (some 100 ms) chooses the kernels.
 *
 * @param device - Made with `deviceDescriptor`; the engine owns it from here on.
 * @throws GpuError when the self-test fails, CancelledError.
 */
export async function createDevice(
  device: GPUDevice,
  options: DeviceOptions = {},
  work: Pick<Work, 'signal'> = {},
): Promise<Device> {
  const { tunings, ...gpuOptions } = options;
  // By itself: only a bundler, or the built package, has the shaders as a module.
  const shaders = options.shaders ?? (await import('../wgsl/sources')).shaderSources;
  const gpu = new Gpu(device, shaders, gpuOptions);
  try {
    throwIfCancelled(work.signal);
    const capabilities = await findCapabilities(gpu, tunings);
    throwIfCancelled(work.signal);
    return new Device(gpu, capabilities);
  } catch (error) {
    gpu.close();
    throw error;
  }
}
