import { MIB } from '../util/bytes';
import { DeviceLostError, GpuError } from '../util/errors';
import type { BindingSpec, ParamSpec } from '../wgsl/interface';
import type { Slots, Sources } from '../wgsl/link';
import { type Constants, type Dispatch, encode, Kernel, type KernelSpec, UniformArena } from './kernel';
import { isBarrierFree, type SubgroupKind, type Subgroup, subgroupOf, SHARED } from './subgroups';
import { MATRIX_FEATURE, matrixShaderOf, matrixShapesOf } from './matrix-units';
import { type BufferOwner, GpuMemory } from './memory';

/** What a device's float arithmetic was found to do. */
export interface Numerics {
  /** Whether a / b and sqrt are correctly rounded. */
  readonly division: 'exact' | 'approximate';
  /** The same for a divisor that the compiler knows. */
  readonly constantDivision: 'exact' | 'approximate';
  readonly squareRoot: 'exact' | 'approximate';
  /** Whether a * b + c is rounded once where the shader writes two operations. */
  readonly contraction: boolean;
  readonly halfPacking: 'exact' | 'approximate';
  readonly denormals: 'kept' | 'flushed';
  /** Whether the integer arithmetic, which stands in for the above, gives what it must. */
  readonly integerArithmetic: 'exact' | 'broken';
  readonly elapsedMs: number;
}

/** How the quantizers divide and take roots: by the hardware where that is exact, else by integers. */
export type Arithmetic = 'native' | 'integer';

export interface GpuOptions {
  /** Lower than the device's binding limit: tests force the splitting of tensors with it. */
  readonly maxBindingBytes?: number;
  /** All buffers together take at most so much. */
  readonly maxMemoryBytes?: number;
  /** Another way to add up invocations than the device would get; without subgroups there is only `shared`. */
  readonly subgroup?: SubgroupKind;
  /** Shape workgroups as for hardware although the adapter is a processor. */
  readonly hardware?: boolean;
  /** Of the adapter that the device is of: some devices do not repeat all of it. */
  readonly adapterInfo?: GPUAdapterInfo;
}

export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly features: readonly string[];
  readonly subgroupSizes: readonly [least: number, max: number];
  readonly maxBindingBytes: number;
  readonly maxBufferBytes: number;
}

/** Dispatches of a compute pass, or what encodes them. */
export type PassWork = readonly Dispatch[] | ((pass: GPUComputePassEncoder) => void);
/** Copies on either side of a compute pass. */
export interface PassCopies {
  readonly before?: ((encoder: GPUCommandEncoder) => void) | undefined;
  readonly after?: ((encoder: GPUCommandEncoder) => void) | undefined;
}

/** The limits to ask an adapter for: what it has, where more lets larger tensors stay in one piece. */
export function wantedDevice(adapter: GPUAdapter): GPUDeviceDescriptor {
  const limits = adapter.limits;
  const wantedFeatures = [
    'subgroups',
    'subgroup-size-control',
    'timestamp-query',
    'shader-f16',
    MATRIX_FEATURE,
  ] as GPUFeatureName[];
  return {
    requiredFeatures: wantedFeatures.filter((f) => adapter.features.has(f)),
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
    },
  };
}

/** The device with everything the engine hangs on it: compiled kernels, the memory ledger, the choice of invocations. */
export class Gpu {
  readonly device: GPUDevice;
  readonly memory: GpuMemory;
  #subgroup: Subgroup;
  readonly #matrixShapes: ReadonlySet<string>;
  /** Whether the adapter is a processor: workgroups run one after the other there, and each should do much. */
  readonly onCpu: boolean;
  readonly maxBindingBytes: number;
  readonly facts: AdapterFacts;
  /** Set by the self-test; integers are right everywhere. */
  arithmetic: Arithmetic = 'integer';
  /** Threads of a workgroup of the products that has subgroups; set by what was measured. */
  productThreads = 128;
  /** Set by the self-test. */
  numerics: Numerics | undefined;
  readonly #sources: Sources;
  readonly #readbacks: BufferOwner;
  readonly #kernels = new Map<string, Kernel<ParamSpec, BindingSpec>>();
  #failure: Error | undefined;
  #closing = false;

  constructor(device: GPUDevice, sources: Sources, options: GpuOptions = {}) {
    this.device = device;
    this.#sources = sources;
    this.memory = new GpuMemory(device, options.maxMemoryBytes);
    this.#readbacks = this.memory.owner('readback');
    const info = device.adapterInfo;
    this.#subgroup = subgroupOf(device, options.subgroup);
    this.#matrixShapes = matrixShapesOf(options.adapterInfo ?? info);
    this.onCpu = info.isFallbackAdapter && !options.hardware;
    const limit = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
    this.maxBindingBytes = Math.min(limit, options.maxBindingBytes ?? limit);
    this.facts = {
      vendor: info.vendor,
      architecture: info.architecture,
      description: info.description,
      features: [...device.features].sort(),
      subgroupSizes: [info.subgroupMinSize, info.subgroupMaxSize],
      maxBindingBytes: this.maxBindingBytes,
      maxBufferBytes: device.limits.maxBufferSize,
    };
    device.addEventListener('uncapturederror', (event) => {
      this.#failure ??= new GpuError(`The GPU reported an error: ${event.error.message}`);
    });
    void device.lost.then((info) => {
      if (!this.#closing)
        this.#failure = new DeviceLostError(
          `The GPU device was lost: ${info.message || info.reason}.`,
          'The model will be rebuilt from its files.',
        );
    });
  }

  get subgroup(): Subgroup {
    return this.#subgroup;
  }
  /** What a device whose subgroups do not add up as they should is left with. Before any kernel is made. */
  emulateSubgroups(): void {
    this.#subgroup = SHARED;
  }
  /** Subgroups in a workgroup of the products: more than one only where a subgroup needs no barrier. */
  get subgroupsPerWorkgroup(): number {
    return this.hasManySubgroups ? this.productThreads / this.#subgroup.count : 1;
  }
  get hasManySubgroups(): boolean {
    return !this.onCpu && isBarrierFree(this.#subgroup);
  }

  /** The shader that states the shape of the device's matrix units; undefined where it has none. */
  get matrixShader(): string | undefined {
    return matrixShaderOf(this.device, this.#subgroup, this.#matrixShapes);
  }

  get adapterName(): string {
    const f = this.facts;
    return [f.vendor, f.architecture, f.description].filter(Boolean).join(' ') || 'unknown adapter';
  }

  /** A compiled kernel; the same choice compiles once. `invocations`, `arithmetic`, `rounding` and SUBGROUP_SIZE are filled in where they are not given. */
  kernel<P extends ParamSpec, B extends BindingSpec>(
    spec: KernelSpec<P, B>,
    slots: Slots = {},
    constants: Constants = {},
  ): Kernel<P, B> {
    const chosen = {
      subgroup: this.#subgroup.shader,
      arithmetic: `lib/float/arithmetic-${this.arithmetic}`,
      rounding: 'lib/float/rounding-free',
      ...slots,
    };
    const key = `${spec.shader} ${JSON.stringify([chosen, constants])}`;
    let kernel = this.#kernels.get(key) as Kernel<P, B> | undefined;
    if (!kernel) {
      kernel = new Kernel(this.device, spec, this.#sources, chosen, {
        SUBGROUP_SIZE: this.#subgroup.count,
        ...constants,
      });
      this.#kernels.set(key, kernel as unknown as Kernel<ParamSpec, BindingSpec>);
    }
    return kernel;
  }

  async arena(owner: BufferOwner, slots: number): Promise<UniformArena> {
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    return new UniformArena(this.device, await owner.create('params', slots * UniformArena.SLOT, usage));
  }

  /** Whether the device is gone and the engine must be rebuilt. */
  get lost(): boolean {
    return this.#failure instanceof DeviceLostError;
  }

  /** Gives the device back. */
  close(): void {
    this.#closing = true;
    this.device.destroy();
  }

  /** Throws what the device has reported since it was made. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Submits one compute pass, which is left out where there are no dispatches, between copies. */
  submit(work: PassWork, copies?: PassCopies): void {
    this.device.queue.submit([this.commands(work, copies)]);
  }

  /** The same, not submitted yet. */
  commands(work: PassWork, copies: PassCopies = {}): GPUCommandBuffer {
    const encoder = this.device.createCommandEncoder();
    copies.before?.(encoder);
    if (typeof work === 'function' || work.length > 0) {
      const pass = encoder.beginComputePass();
      if (typeof work === 'function') work(pass);
      else encode(pass, work);
      pass.end();
    }
    copies.after?.(encoder);
    return encoder.finish();
  }

  /** Copies a range to the CPU. For results and diagnostics; the decode loop keeps its own buffers. */
  async read(source: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    return (await this.copyOut(source, offset, bytes))();
  }

  /** The same in two steps: resolves when the copy is queued; what it gives then waits for the bytes. Call it once. */
  async copyOut(source: GPUBuffer, offset: number, bytes: number): Promise<() => Promise<ArrayBuffer>> {
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
    const target = await this.#readbacks.create('read', bytes, usage);
    this.submit([], { before: (encoder) => encoder.copyBufferToBuffer(source, offset, target, 0, bytes) });
    return async () => {
      try {
        await this.map(target);
        return target.getMappedRange(0, bytes).slice(0);
      } finally {
        this.memory.destroy(target);
      }
    };
  }

  /** mapAsync whose failure says why: usually the device is gone. */
  async map(buffer: GPUBuffer): Promise<void> {
    try {
      await buffer.mapAsync(GPUMapMode.READ);
    } catch (error) {
      await this.explain(error);
    }
    this.check();
  }

  /** Throws the loss behind a failed operation, or the failure itself. The loss may be told a moment later. */
  async explain(error: unknown): Promise<never> {
    await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, LOSS_MS))]);
    this.check();
    throw new GpuError(`The GPU could not hand back a result: ${String(error)}`);
  }
}

const LOSS_MS = 500;

/** Bytes of one slice on its way through the GPU. */
export const SLICE_BYTES = 16 * MIB;
