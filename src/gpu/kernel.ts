import { GpuError } from '../util/errors';
import {
  type BindingSpec,
  checkInterface,
  type ParamSpec,
  type ParamValues,
  packParams,
} from '../wgsl/interface';
import { type Slots, type Sources, hoistEnables, link, pinSubgroups } from '../wgsl/link';
import { AT_START, type CutBy, GridStart, gridOfParts, type Workgroups } from './grid';

export { grid, GRID_WIDTH, workgroupCount, type Workgroups } from './grid';

export interface KernelSpec<P extends ParamSpec, B extends BindingSpec> {
  /** Path under shaders/. */
  readonly shader: string;
  readonly bindings: B;
  readonly params: P;
  /** Estimated operations of a workgroup; by default those of 64 invocations with little to do. */
  readonly operations?: (params: ParamValues<P>, constants: Constants, workgroups: Workgroups) => number;
  /** A factor of them that is known only when the dispatch runs. */
  readonly repeats?: (params: ParamValues<P>, extent: Extent) => number;
  /** Parts in which a grid that takes too long is dispatched; the results do not depend on them. */
  readonly cut?: CutBy;
}
/** Extent of a pass over a text. */
export interface Extent {
  /** Tokens in the batch. */
  readonly tokens: number;
  /** Tokens in the context after the pass. */
  readonly positions: number;
}
const FEW_OPERATIONS = 64 * 64;
export const defineKernel = <const P extends ParamSpec, const B extends BindingSpec>(
  spec: KernelSpec<P, B>,
): KernelSpec<P, B> => spec;

/** A range of a buffer; the whole of it when only the buffer is given. */
export type BufferRange = GPUBuffer | { buffer: GPUBuffer; offset: number; size: number };

/** Values of a shader's `override` constants, by name. Names that the shader lacks are ignored. */
export type Constants = Readonly<Record<string, number>>;

/** A recorded dispatch: everything that encoding needs, created once. */
export interface Dispatch {
  readonly kernel: Compiled;
  readonly group: GPUBindGroup;
  readonly workgroups: Workgroups;
  /** Its params; the buffer of an arena. */
  readonly params: { readonly buffer: GPUBuffer; readonly offset: number };
  /** Label of the pipeline: dispatches of one kind take time in proportion to `operations`. */
  readonly kind: string;
  /** Estimated operations of a workgroup. */
  readonly operations: number;
  /** A factor of them that is known only when the dispatch runs. */
  readonly repeats?: ((extent: Extent) => number) | undefined;
  /** Set if it may be dispatched in parts. */
  readonly start?: GridStart | undefined;
}

/** Uniform params in 256-byte slots of one buffer, written when a slot is taken. Throws when the slots run out. */
export class UniformArena {
  static readonly SLOT = 256;
  readonly #device: GPUDevice;
  readonly buffer: GPUBuffer;
  readonly #slots: number;
  #next = 0;

  /** `buffer` has UNIFORM and COPY_DST usage. */
  constructor(device: GPUDevice, buffer: GPUBuffer) {
    this.#device = device;
    this.buffer = buffer;
    this.#slots = Math.floor(buffer.size / UniformArena.SLOT);
  }
  put(data: ArrayBuffer): { buffer: GPUBuffer; offset: number; size: number } {
    if (this.#next >= this.#slots) throw new Error(`uniform arena is full (${this.#slots} slots)`);
    const offset = this.#next++ * UniformArena.SLOT;
    this.#device.queue.writeBuffer(this.buffer, offset, data);
    return { buffer: this.buffer, offset, size: data.byteLength };
  }
  /** Frees all slots. Call it only when all work that reads them has been submitted. */
  reset(): void {
    this.#next = 0;
  }
}

/** A pipeline that is compiled when it is first needed, or before, beside others. */
export interface Compiled {
  readonly label: string;
  /** Compiles it now, while the caller waits, if nobody has compiled it before. */
  readonly pipeline: GPUComputePipeline;
  readonly isCompiled: boolean;
  /** Compiles it while others are compiled and the caller goes on. Rejects with GpuError when the device refuses it. */
  compile(): Promise<void>;
}

/** A kernel for one device and one choice of slots and constants. Throws if WGSL and `spec` disagree. */
export class Kernel<P extends ParamSpec, B extends BindingSpec> implements Compiled {
  readonly spec: KernelSpec<P, B>;
  readonly label: string;
  readonly #device: GPUDevice;
  readonly #descriptor: GPUComputePipelineDescriptor;
  readonly #layout: GPUBindGroupLayout;
  #pipeline: GPUComputePipeline | undefined;
  readonly #constants: Constants;
  #compiling: Promise<void> | undefined;

  constructor(
    device: GPUDevice,
    spec: KernelSpec<P, B>,
    sources: Sources,
    slots: Slots,
    constants: Constants,
  ) {
    this.#device = device;
    this.spec = spec;
    this.#constants = constants;
    const code = pinSubgroups(hoistEnables(link(spec.shader, sources, slots)));
    checkInterface(spec.shader, spec, code);
    const label = `${spec.shader} ${Object.values(slots).join(' ')}`;
    this.label = label;
    const module = device.createShaderModule({ label, code });
    // An explicit layout, so that variants that leave a binding unused keep the same interface.
    const entries: GPUBindGroupLayoutEntry[] = Object.values(spec.bindings).map((access, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
    }));
    entries.push({
      binding: entries.length,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: 'uniform' },
    });
    this.#layout = device.createBindGroupLayout({ label, entries });
    const layout = device.createPipelineLayout({ label, bindGroupLayouts: [this.#layout] });
    const used = Object.fromEntries(
      Object.entries(constants).filter(([name]) => new RegExp(`override ${name}\\b`).test(code)),
    );
    this.#descriptor = { label, layout, compute: { module, constants: used } };
  }

  get isCompiled(): boolean {
    return this.#pipeline !== undefined;
  }
  get pipeline(): GPUComputePipeline {
    return (this.#pipeline ??= this.#device.createComputePipeline(this.#descriptor));
  }
  compile(): Promise<void> {
    if (this.#pipeline) return Promise.resolve();
    return (this.#compiling ??= this.#device.createComputePipelineAsync(this.#descriptor).then(
      (pipeline) => {
        this.#pipeline ??= pipeline;
      },
      (error: unknown) => {
        this.#compiling = undefined;
        throw new GpuError(
          `The GPU does not compile ${this.label}: ${error instanceof Error ? error.message : String(error)}`,
        );
      },
    ));
  }

  dispatch(
    buffers: { readonly [K in keyof B]: BufferRange },
    given: Omit<ParamValues<P>, keyof typeof AT_START>,
    workgroups: Workgroups,
    arena: UniformArena,
  ): Dispatch {
    const params = { ...AT_START, ...given } as unknown as ParamValues<P>;
    const uniform = arena.put(packParams(this.spec.params, params));
    const resources: BufferRange[] = Object.keys(this.spec.bindings).map((name) => buffers[name]!);
    const group = this.#device.createBindGroup({
      label: this.spec.shader,
      layout: this.#layout,
      entries: [...resources, uniform].map((r, binding) => ({
        binding,
        resource: 'buffer' in r ? r : { buffer: r },
      })),
    });
    const { operations, repeats, cut } = this.spec;
    const first = uniform.offset + 4 * Object.keys(this.spec.params).indexOf('first_workgroup');
    return {
      kernel: this,
      group,
      workgroups,
      params: uniform,
      kind: this.label,
      operations: operations?.(params, this.#constants, workgroups) ?? FEW_OPERATIONS,
      repeats: repeats && ((extent) => repeats(params, extent)),
      start: cut && new GridStart(this.#device.queue, cut, uniform.buffer, first),
    };
  }
}

/** Encodes a dispatch with a grid of x * y * z workgroups, from place (firstX, firstZ) of the whole on. Creates nothing. */
export function encodeGrid(
  pass: GPUComputePassEncoder,
  { kernel, group, start }: Dispatch,
  [x, y, z]: readonly [x: number, y: number, z: number],
  firstX = 0,
  firstZ = 0,
): void {
  start?.move(firstX, firstZ);
  pass.setPipeline(kernel.pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(x, y, z);
}

/** Encodes dispatches into a pass. */
export function encode(pass: GPUComputePassEncoder, dispatches: readonly Dispatch[]): void {
  for (const dispatch of dispatches) {
    const [x, y = 1, z = 1] = dispatch.workgroups;
    encodeGrid(pass, dispatch, [x, y, z]);
  }
}

/** Encodes parts [from, to) of a dispatch, which are a grid (gpu/grid: partsInGrid). */
export function encodeParts(pass: GPUComputePassEncoder, dispatch: Dispatch, from: number, to: number): void {
  const { start, workgroups } = dispatch;
  if (!start) {
    encode(pass, [dispatch]);
    return;
  }
  const part = gridOfParts(start.by, workgroups, from, to);
  encodeGrid(pass, dispatch, part.workgroups, part.x, part.z);
}
