/**
 * The engine on Node and Dawn, with files of the disk. The npm package `webgpu` brings Dawn: install it beside this one.
 *
 * @packageDocumentation
 */

import { createDevice, type Device, type DeviceOptions } from '../api/device';
import type { ByteSink } from '../files/byte-sink';
import type { Work } from '../util/work';
import { FileSink } from './files';
import { requestNodeDevice, shadersFromDisk } from './gpu';

export * from '../index';
export { openFile, openPath } from './files';

/**
 * Opens the machine's GPU through Dawn. Where Linux has no driver of its own, the software driver of an installed Chromium
 * is taken.
 *
 * @throws GpuError when the package `webgpu` is not installed, or Dawn finds no adapter: no Vulkan, Metal or D3D12 driver.
 */
export async function openDevice(
  options: DeviceOptions = {},
  work: Pick<Work, 'signal'> = {},
): Promise<Device> {
  const { device, adapterInfo } = await requestNodeDevice();
  return createDevice(device, { shaders: shadersFromDisk(), adapterInfo, ...options }, work);
}

/**
 * Writes a file under `path.part`; it gets its name when it is whole.
 *
 * @throws The error of `node:fs` when the folder is missing or may not be written.
 */
export const fileSink = (path: string): Promise<ByteSink> => FileSink.create(path);
