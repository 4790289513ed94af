import { MIB } from '../util/bytes';
import { DeviceLostError, GpuError } from '../util/errors';
import type { BindingSpec, ParamSpec } from '../wgsl/interface';
import type { Slots, Sources } from '../wgsl/link';
import { PACKED_4X8, withPacked4x8 } from '../wgsl/packed4x8';
import { type AdapterFacts, factsOf, infoOf } from './adapter';
import { Answers } from './answers';
import { type Constants, encode, Kernel, type KernelSpec, UniformArena } from './kernel';
import { isBarrierFree, type SubgroupKind, type Subgroup, subgroupOf, SHARED } from './subgroups';
import { MATRIX_FEATURE, matrixShaderOf, matrixShapesOf } from './matrix-units';
import { type BufferOwner, GpuMemory } from './memory';
import { PacedQueue } from './paced-queue';
import type { PassCopies, PassWork } from './pass';

/** Properties of the device's float arithmetic, measured by the self-test. */
export interface Numerics {
  /** `exact` if a / b is correctly rounded. */
  readonly division: 'exact' | 'approximate';
  /** The same for a constant divisor. */
  readonly constantDivision: 'exact' | 'approximate';
  readonly squareRoot: 'exact' | 'approximate';
  /** True if a * b + c is fused: rounded once instead of twice. */
  readonly contraction: boolean;
  readonly halfPacking: 'exact' | 'approximate';
  readonly denormals: 'kept' | 'flushed';
  /** `exact` if division and square root in integer arithmetic are correctly rounded. */
  readonly integerArithmetic: 'exact' | 'broken';
  readonly elapsedMs: number;
}

/** Division and square root of the quantizers: hardware where that is exact, else integer arithmetic. */
export type Arithmetic = 'native' | 'integer';

export interface GpuOptions {
  /** Lowers the binding limit; tests use it to cut tensors into slabs. */
  readonly maxBindingBytes?: number;
  /** Limit of the total size of all buffers. */
  readonly maxMemoryBytes?: number;
  /** Overrides the kind of subgroup. Ignored on devices without subgroups. */
  readonly subgroup?: SubgroupKind;
  /** Uses the GPU workgroup shapes on a CPU adapter. */
  readonly hardware?: boolean;
  /** Gives the rows of a product one text, as a CPU adapter gets them, or one each. */
  readonly rowsInLoop?: boolean;
  /** Info of the device's adapter; on some devices adapterInfo is incomplete, or missing. */
  readonly adapterInfo?: GPUAdapterInfo | undefined;
  /** WGSL's language features (`gpu.wgslLanguageFeatures`). All that the engine makes use of are there if left out. */
  readonly languageFeatures?: ReadonlySet<string> | undefined;
}

/** Features and limits to request from an adapter. The higher the limits, the fewer slabs a tensor needs. */
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

/** A device with its compiled kernels, its memory ledger and the kind of subgroup that kernels use. */
export class Gpu {
  readonly device: GPUDevice;
  readonly memory: GpuMemory;
  readonly answers: Answers;
  /** Submits in pieces that are short enough on this device. */
  readonly paced = new PacedQueue(this);
  #subgroup: Subgroup;
  readonly #matrixShapes: ReadonlySet<string>;
  /** True if the adapter is a CPU. Workgroups then run one after the other, so each should do more. */
  readonly onCpu: boolean;
  readonly #rowsInLoop: boolean;
  readonly maxBindingBytes: number;
  readonly facts: AdapterFacts;
  /** Set by the self-test. The default is exact on every device. */
  arithmetic: Arithmetic = 'integer';
  /** Threads per workgroup of decode products that have several subgroups; set from tuning. */
  productThreads = 128;
  /** Kernels compiled by compileKernels until now, and the time that their callers waited. */
  compiled: { readonly kernels: number; readonly elapsedMs: number } = { kernels: 0, elapsedMs: 0 };
  /** Set by the self-test. */
  numerics: Numerics | undefined;
  readonly #sources: Sources;
  readonly #readbacks: BufferOwner;
  readonly #kernels = new Map<string, Kernel<ParamSpec, BindingSpec>>();
  #failure: Error | undefined;
  #closing = false;

  constructor(device: GPUDevice, sources: Sources, options: GpuOptions = {}) {
    this.device = device;
    const isPackedNative = options.languageFeatures?.has(PACKED_4X8) ?? true;
    this.#sources = isPackedNative ? sources : withPacked4x8(sources);
    this.memory = new GpuMemory(device, options.maxMemoryBytes);
    this.#readbacks = this.memory.owner('readback');
    this.answers = new Answers(() => device.queue.submit([]));
    const info = infoOf(device, options.adapterInfo);
    this.#subgroup = subgroupOf(device, info, options.subgroup);
    this.#matrixShapes = matrixShapesOf(options.adapterInfo ?? info);
    this.onCpu = info.isFallbackAdapter && !options.hardware;
    this.#rowsInLoop = options.rowsInLoop ?? info.isFallbackAdapter;
    const limit = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
    this.maxBindingBytes = Math.min(limit, options.maxBindingBytes ?? limit);
    this.facts = factsOf(device, info, this.maxBindingBytes, isPackedNative);
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
  /** Falls back to workgroup memory if hardware subgroups fail the self-test. Call it before any kernel is compiled. */
  emulateSubgroups(): void {
    this.#subgroup = SHARED;
  }
  /** Subgroups per workgroup of decode products. More than one only if reductions need no barrier. */
  get subgroupsPerWorkgroup(): number {
    return this.hasManySubgroups ? this.productThreads / this.#subgroup.count : 1;
  }
  get hasManySubgroups(): boolean {
    return !this.onCpu && isBarrierFree(this.#subgroup);
  }

  /** Shader module with the shape of the device's matrix units; undefined without them. */
  get matrixShader(): string | undefined {
    return matrixShaderOf(this.device, this.#subgroup, this.#matrixShapes);
  }

  get adapterName(): string {
    const f = this.facts;
    return [f.vendor, f.architecture, f.description].filter(Boolean).join(' ') || 'unknown adapter';
  }

  /**
   * Returns a compiled kernel from a cache. Slots `subgroup`, `arithmetic`, `rounding`, SUBGROUP_SIZE and
   * ROWS_IN_LOOP have defaults.
   */
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
        ROWS_IN_LOOP: this.#rowsInLoop ? 1 : 0,
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

  /** True if the device is lost and the engine must be rebuilt. */
  get lost(): boolean {
    return this.#failure instanceof DeviceLostError;
  }

  /** True if the device is lost or has reported an error: nothing on it can be trusted any more. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Destroys the device. */
  close(): void {
    this.#closing = true;
    this.device.destroy();
  }

  /** Throws the first error that the device has reported: GpuError or DeviceLostError. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Submits a compute pass between copies. Without dispatches there is no pass. */
  submit(work: PassWork, copies?: PassCopies): void {
    this.device.queue.submit([this.commands(work, copies)]);
  }

  /** The same as a command buffer, not submitted. */
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

  /** Copies within the device, in submits of a slice each. */
  copy(from: GPUBuffer, to: GPUBuffer, bytes: number): void {
    for (let at = 0; at < bytes; at += SLICE_BYTES) {
      const count = Math.min(SLICE_BYTES, bytes - at);
      this.submit([], { before: (encoder) => encoder.copyBufferToBuffer(from, at, to, at, count) });
    }
  }

  /** Reads a range of a buffer. For results and diagnostics; the decode loop has its own readback buffers. */
  async read(source: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    return (await this.copyOut(source, offset, bytes))();
  }

  /**
   * The same in two steps: resolves when the copy is queued. The function it returns waits for the bytes; call it once.
   */
  async copyOut(source: GPUBuffer, offset: number, bytes: number): Promise<() => Promise<ArrayBuffer>> {
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
    const target = await this.#readbacks.create('read', bytes, usage);
    try {
      this.submit([], { before: (encoder) => encoder.copyBufferToBuffer(source, offset, target, 0, bytes) });
    } catch (error) {
      this.memory.destroy(target);
      throw error;
    }
    return async () => {
      try {
        await this.map(target);
        return target.getMappedRange(0, bytes).slice(0);
      } finally {
        this.memory.destroy(target);
      }
    };
  }

  /** Maps a buffer for reading. Throws DeviceLostError if the device is gone, else GpuError. */
  async map(buffer: GPUBuffer): Promise<void> {
    try {
      await this.answers.until(buffer.mapAsync(GPUMapMode.READ));
    } catch (error) {
      await this.explain(error);
    }
    this.check();
  }

  /** Resolves when everything submitted is done. Throws DeviceLostError if the device is gone, else GpuError. */
  async done(): Promise<void> {
    try {
      await this.answers.until(this.device.queue.onSubmittedWorkDone());
    } catch (error) {
      await this.explain(error);
    }
    this.check();
  }

  /** Throws the device loss behind a failed operation, else GpuError. Waits, because the loss may be reported later. */
  async explain(error: unknown): Promise<never> {
    await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, LOSS_MS))]);
    this.check();
    if (error instanceof GpuError) throw error;
    throw new GpuError(`The GPU could not hand back a result: ${String(error)}`);
  }
}

const LOSS_MS = 500;

/** Bytes of the slices in which tensors stream through the GPU. */
export const SLICE_BYTES = 16 * MIB;
