import { openNodeGpu } from '../node/gpu';
import type { Gpu, GpuOptions } from '../gpu/gpu';
import type { Sources } from '../wgsl/link';

let announced = false;

/** A device for tests. Fails without an adapter: skipped GPU tests would look like passed ones. */
export async function testGpu(options: GpuOptions = {}, sources?: Sources): Promise<Gpu> {
  const gpu = await openNodeGpu(options, sources);
  if (!announced) {
    announced = true;
    process.stdout.write(`adapter: ${gpu.adapterName} (${gpu.subgroup.kind}, ${gpu.subgroup.count} lanes)\n`);
  }
  return gpu;
}

const USAGE = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

export async function upload(gpu: Gpu, data: ArrayBufferView): Promise<GPUBuffer> {
  const size = Math.ceil(data.byteLength / 16) * 16;
  const buffer = await gpu.memory.owner('test').create('upload', size, USAGE());
  const padded = new Uint8Array(size);
  padded.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  gpu.device.queue.writeBuffer(buffer, 0, padded);
  return buffer;
}

export const empty = (gpu: Gpu, bytes: number): Promise<GPUBuffer> =>
  gpu.memory.owner('test').create('empty', bytes, USAGE());
