/**
 * The engine on the browser's GPU, on a page or in a worker, with the browser's files.
 *
 * @packageDocumentation
 */

import { createDevice, type Device, type DeviceOptions } from '../api/device';
import { type Model, openModel as openWith, type OpenOptions } from '../api/model';
import { blobSource, type ByteSource } from '../files/byte-source';
import type { TextSandbox } from '../text/sandbox/sandbox';
import type { Work } from '../util/work';
import { requestBrowserDevice } from './gpu';
import { browserTextSandbox } from './text-sandbox';

export * from '../index';
export { blobSink, fileHandleSink, type Finished, forgetExports, privateFileSink } from './sinks';
export { browserTextSandbox } from './text-sandbox';
export { tuningStore } from './tuning-store';

/**
 * Opens the browser's GPU.
 *
 * @throws UnsupportedError when the browser has no WebGPU, or the machine no adapter; its hint says what to switch on.
 */
export async function openDevice(
  options: DeviceOptions = {},
  work: Pick<Work, 'signal'> = {},
): Promise<Device> {
  const { device, ...found } = await requestBrowserDevice();
  return createDevice(device, { ...found, ...options }, work);
}

/** Files that were dropped or chosen, as sources. A file of a folder keeps the path below it as its name. */
export const fileSources = (files: Iterable<File>): ByteSource[] =>
  [...files].map((file) => blobSource(file.webkitRelativePath || file.name, file));

let shared: TextSandbox | undefined;

/**
 * Opens a GGUF (one file or all its splits) or the files of a Hugging Face folder, in any order. Reads headers only. Chat
 * templates and tokenizers run in a worker that all models share, unless the options name another sandbox.
 *
 * @throws FileError that names the file, the place, what was found and what was expected; UnsupportedError, BudgetError.
 */
export const openModel = (
  source: ByteSource | readonly ByteSource[],
  options: OpenOptions = {},
  work: Pick<Work, 'signal'> = {},
): Promise<Model> => openWith(source, { sandbox: (shared ??= browserTextSandbox()), ...options }, work);
