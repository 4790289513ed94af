// Devices for tests. A machine without an adapter fails the test: a skipped GPU lane would look green.
import { defaultMaxListeners, setMaxListeners } from 'node:events';
import { create, globals } from 'webgpu';
import { requestNodeDevice, openNodeGpu, shadersFromDisk } from '../node/gpu';
import { Gpu, type GpuOptions, wantedDevice } from '../gpu/gpu';
import type { BufferOwner } from '../gpu/memory';
import type { Sources } from '../wgsl/link';

const POLL_MS = 0.25;

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

/** Each Gpu listens for its device's errors, on an EventTarget that Dawn keeps inside. */
async function withManyListeners<T>(request: () => Promise<T>): Promise<T> {
  setMaxListeners(0);
  const made = await request();
  setMaxListeners(defaultMaxListeners);
  return made;
}

let opened: ReturnType<typeof requestNodeDevice> | undefined;
function openShared(): ReturnType<typeof requestNodeDevice> {
  sleepBetweenPolls();
  return withManyListeners(requestNodeDevice);
}
let announced = false;
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
  if (!announced) {
    announced = true;
    process.stdout.write(`adapter: ${gpu.adapterName} (${gpu.subgroup.kind}, ${gpu.subgroup.count} lanes)\n`);
  }
  made.push({ gpu, options });
  return gpu;
}

/** A Gpu with a device of its own, for tests that lose or break it. They close it. */
export const ownGpu = (options: GpuOptions = {}, sources?: Sources): Promise<Gpu> =>
  openNodeGpu(options, sources);

let dawnAlone: GPU | undefined;
let undriven: Promise<GPUDevice> | undefined;
/** A device without a driver for a test alone, which destroys it: what a driver would free at once stays until then. */
export async function ownUndrivenDevice(): Promise<GPUDevice> {
  Object.assign(globalThis, globals);
  dawnAlone ??= create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
  const adapter = (await dawnAlone.requestAdapter())!;
  return withManyListeners(() => adapter.requestDevice(wantedDevice(adapter)));
}

/** The device of `undrivenGpu`, for tests that wrap it. */
export const undrivenDevice = (): Promise<GPUDevice> => (undriven ??= ownUndrivenDevice());

/**
 * A Gpu that computes nothing: Dawn's front end, which checks all that it is given, without a driver. It has every
 * feature, and a kernel costs it a millisecond.
 */
export async function undrivenGpu(options: GpuOptions = {}, sources = shadersFromDisk()): Promise<Gpu> {
  const gpu = new Gpu(await undrivenDevice(), sources, options);
  made.push({ gpu, options });
  return gpu;
}

/** Leftovers of a file on the device that files share: buffers, which are given back, and errors. */
export function leftBehind(): string[] {
  const found: string[] = [];
  for (const { gpu, options } of made) {
    gpu.check();
    for (const { owner, label, sizeBytes } of gpu.memory.entries()) {
      found.push(`${JSON.stringify(options)}: ${sizeBytes} bytes of ${owner.label} (${label})`);
      owner.dispose();
    }
  }
  return found;
}

const owners = new WeakMap<Gpu, BufferOwner>();
/** The owner of the buffers that a test makes by itself. */
export function testOwner(gpu: Gpu): BufferOwner {
  const owner = owners.get(gpu) ?? gpu.memory.owner('test');
  owners.set(gpu, owner);
  return owner;
}

const USAGE = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

export async function upload(gpu: Gpu, data: ArrayBufferView): Promise<GPUBuffer> {
  const size = Math.ceil(data.byteLength / 16) * 16;
  const buffer = await testOwner(gpu).create('upload', size, USAGE());
  const padded = new Uint8Array(size);
  padded.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  gpu.device.queue.writeBuffer(buffer, 0, padded);
  return buffer;
}

export const empty = (gpu: Gpu, bytes: number): Promise<GPUBuffer> =>
  testOwner(gpu).create('empty', bytes, USAGE());
