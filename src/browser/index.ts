/**
 * The engine on the browser's GPU, on a page or in a worker, with the browser's files.
 *
 * @packageDocumentation
 */

import { createDevice, type Device, type DeviceOptions } from '../api/device';
import { blobSource, type ByteSource } from '../files/byte-source';
import type { Work } from '../util/work';
import { requestBrowserDevice } from './gpu';

export * from '../index';
export { blobSink, fileHandleSink, type Finished, forgetExports, privateFileSink } from './sinks';
export { tuningStore } from './tuning-store';

/**
 * Opens the browser's GPU.
 *
 * @throws UnsupportedError when the browser has no WebGPU, or one that is too old, or the machine no adapter.
 */
export async function openDevice(
  options: DeviceOptions = {},
  work: Pick<Work, 'signal'> = {},
): Promise<Device> {
  const { device, adapterInfo } = await requestBrowserDevice();
  return createDevice(device, { adapterInfo, ...options }, work);
}

/** Files that were dropped or chosen, as sources. A file of a folder keeps the path below it as its name. */
export const fileSources = (files: Iterable<File>): ByteSource[] =>
  [...files].map((file) => blobSource(file.webkitRelativePath || file.name, file));
