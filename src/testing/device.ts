// Devices for tests. A machine without an adapter fails the test: a skipped GPU lane would look green.
import { setMaxListeners } from 'node:events';
import { openNodeDevice, openNodeGpu, shadersFromDisk } from '../node/gpu';
import { Gpu, type GpuOptions } from '../gpu/gpu';
import type { Sources } from '../wgsl/link';

let opened: ReturnType<typeof openNodeDevice> | undefined;
async function openShared(): ReturnType<typeof openNodeDevice> {
  const found = await openNodeDevice();
  // Each Gpu listens for errors.
  setMaxListeners(0, found.device);
  return found;
}
/** Kept, because Dawn forgets a pipeline when nobody holds it. */
const made: { gpu: Gpu; options: GpuOptions }[] = [];

/**
 * A Gpu with a ledger and a state of its own, on the one device of this process: Dawn gives whoever asks for a kernel
 * again the pipeline that it has, so that each compiles once for all files. It is never closed.
 */
export async function testGpu(options: GpuOptions = {}): Promise<Gpu> {
  opened ??= openShared();
  const { device, adapterInfo } = await opened;
  const gpu = new Gpu(device, shadersFromDisk(), { adapterInfo, ...options });
  if (made.length === 0)
    process.stdout.write(`adapter: ${gpu.adapterName} (${gpu.subgroup.kind}, ${gpu.subgroup.count} lanes)\n`);
  made.push({ gpu, options });
  return gpu;
}

/** A Gpu with a device of its own, for tests that lose or break it. They close it. */
export const ownGpu = (options: GpuOptions = {}, sources?: Sources): Promise<Gpu> =>
  openNodeGpu(options, sources);

/** What a file has left on the device that files share: buffers, which are given back, and errors. */
export function leftBehind(): string[] {
  const found: string[] = [];
  for (const { gpu, options } of made) {
    gpu.check();
    for (const { owner, label, sizeBytes } of gpu.memory.entries()) {
      found.push(`${JSON.stringify(options)}: ${sizeBytes} bytes of ${owner} (${label})`);
      gpu.memory.release(owner);
    }
  }
  return found;
}

const USAGE = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

export async function upload(gpu: Gpu, data: ArrayBufferView): Promise<GPUBuffer> {
  const size = Math.ceil(data.byteLength / 16) * 16;
  const buffer = await gpu.memory.create('test', 'upload', size, USAGE());
  const padded = new Uint8Array(size);
  padded.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  gpu.device.queue.writeBuffer(buffer, 0, padded);
  return buffer;
}

export const empty = (gpu: Gpu, bytes: number): Promise<GPUBuffer> =>
  gpu.memory.create('test', 'empty', bytes, USAGE());
