/**
 * The engine on Node and Dawn, with files of the disk. The npm package `webgpu` brings Dawn: install it beside this one.
 *
 * @packageDocumentation
 */

import { createDevice, type Device, type DeviceOptions } from '../api/device';
import { type Model, openModel as openWith, type OpenOptions } from '../api/model';
import type { ByteSink } from '../files/byte-sink';
import type { ByteSource } from '../files/byte-source';
import type { TextSandbox } from '../text/sandbox/sandbox';
import type { Work } from '../util/work';
import { FileSink } from './files';
import { requestNodeDevice, shadersFromDisk } from './gpu';
import { nodeTextSandbox } from './text-sandbox';

export * from '../index';
export { openFile, openPath } from './files';
export { nodeTextSandbox } from './text-sandbox';

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
  const { device, ...found } = await requestNodeDevice();
  return createDevice(device, { shaders: shadersFromDisk(), ...found, ...options }, work);
}

/**
 * Writes a file under `path.part`; it gets its name when it is whole.
 *
 * @throws The error of `node:fs` when the folder is missing or may not be written.
 */
export const fileSink = (path: string): Promise<ByteSink> => FileSink.create(path);

let shared: TextSandbox | undefined;

/**
 * Opens a GGUF (one file or all its splits) or the files of a Hugging Face folder, in any order. Reads headers only. Chat
 * templates and tokenizers run in a thread that all models share, unless the options name another sandbox.
 *
 * @throws FileError that names the file, the place, what was found and what was expected; UnsupportedError, BudgetError.
 */
export const openModel = (
  source: ByteSource | readonly ByteSource[],
  options: OpenOptions = {},
  work: Pick<Work, 'signal'> = {},
): Promise<Model> => openWith(source, { sandbox: (shared ??= nodeTextSandbox()), ...options }, work);
