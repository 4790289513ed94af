// nibble-studio/node: the engine on Node and Dawn (the npm package `webgpu`), with files of the disk.
import { createDevice, type Device, type DeviceOptions } from '../api/device';
import type { ByteSink } from '../files/byte-sink';
import type { Work } from '../util/work';
import { FileSink } from './files';
import { requestNodeDevice, shadersFromDisk } from './gpu';

export * from '../index';
export { openFile, openPath } from './files';

/**
 * Opens the machine's GPU through Dawn.
 *
 * @throws GpuError when Dawn finds no adapter: no Vulkan, Metal or D3D12 driver.
 */
export async function openDevice(
  options: DeviceOptions = {},
  work: Pick<Work, 'signal'> = {},
): Promise<Device> {
  const { device, adapterInfo } = await requestNodeDevice();
  return createDevice(device, { shaders: shadersFromDisk(), adapterInfo, ...options }, work);
}

/** Writes a file under a temporary name beside its own, which it gets when it is whole. */
export const fileSink = (path: string): Promise<ByteSink> => FileSink.create(path);
