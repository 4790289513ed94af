// A GPUDevice that takes time by a table, on a clock of its own, around one that computes at its own speed.
import type { Workgroups } from '../../gpu/kernel';
import { kernels } from '../../ops/kernels';
import { replaced } from '../faults/faulty-gpu';
import { copyMs, type Priced, priceMs } from './prices';

/** The longest pieces of a kind of work, in milliseconds of the device. */
export interface Longest {
  dispatchMs: number;
  submitMs: number;
  /** Of the first submit that has this kind in it. */
  firstMs: number;
  dispatches: number;
}

export interface SlowDeviceOptions {
  /** Times as slow as the table. */
  readonly factor: number;
  /** From this moment of the device's clock on it is slower by another factor. */
  readonly jump?: { readonly atMs: number; readonly factor: number };
}

/** A submit that took less may be one that is as long as it should be. */
const TELLING_MS = 100;

interface Encoded {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: Workgroups;
}
/** A dispatch, or the bytes of a copy. */
type Command = Encoded | number;

const specs = new Map(Object.values(kernels).map((spec) => [spec.shader as string, spec]));

/** A submit of a slow device. */
export interface Submitted {
  readonly kinds: readonly string[];
  readonly dispatches: number;
  readonly ms: number;
  /** Milliseconds of the longest dispatch, and of all copies. */
  readonly longestMs: number;
  readonly copiedMs: number;
  /** True if it ran after the jump, but no answer had told of it yet: that of a submit of TELLING_MS or more. */
  readonly isUnwarned: boolean;
}

export class SlowDevice {
  readonly device: GPUDevice;
  readonly submits: Submitted[] = [];
  /** Shaders of dispatches that began behind the first workgroup of their grid. */
  readonly cut = new Set<string>();
  readonly #real: GPUDevice;
  readonly #computes: boolean;
  readonly #options: SlowDeviceOptions;
  readonly #pipelines = new WeakMap<
    GPUComputePipeline,
    { readonly label: string; readonly constants: Readonly<Record<string, number>> }
  >();
  readonly #groups = new WeakMap<GPUBindGroup, GPUBindGroupDescriptor>();
  readonly #commands = new WeakMap<GPUCommandBuffer, Command[]>();
  readonly #seen = new Set<string>();
  /** Words written to the buffers of params and of the state of a pass. */
  readonly #written = new WeakMap<GPUBuffer, Uint32Array>();
  /** Milliseconds: now, until when the device is busy, and the end of the first submit that tells of the jump. */
  #nowMs = 0;
  #busyMs = 0;
  #warnedMs = Number.POSITIVE_INFINITY;

  /** Without a driver, `computes` is false: zeros are read back, not what was in memory before. */
  constructor(real: GPUDevice, options: SlowDeviceOptions, computes = false) {
    this.#real = real;
    this.#computes = computes;
    this.#options = options;
    this.device = this.#wrap();
  }

  /** The device's clock. It advances when answers come. */
  readonly now = (): number => this.#nowMs;

  /** The longest of each kind, by its pipeline's shader and format; submits that nobody could have cut are left out. */
  longest(): Map<string, Longest> {
    const found = new Map<string, Longest>();
    for (const { kinds, ms, longestMs, isUnwarned } of this.submits)
      for (const kind of kinds) {
        const own = found.get(kind) ?? { dispatchMs: 0, submitMs: 0, firstMs: ms, dispatches: 0 };
        if (!isUnwarned) {
          own.dispatchMs = Math.max(own.dispatchMs, longestMs);
          own.submitMs = Math.max(own.submitMs, ms);
        }
        own.dispatches++;
        found.set(kind, own);
      }
    return found;
  }

  #factorAt(ms: number): number {
    const { factor, jump } = this.#options;
    return jump && ms >= jump.atMs ? factor * jump.factor : factor;
  }

  #answered(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  #noted(pipeline: GPUComputePipeline, descriptor: GPUComputePipelineDescriptor): GPUComputePipeline {
    const constants = (descriptor.compute.constants ?? {}) as Record<string, number>;
    this.#pipelines.set(pipeline, { label: descriptor.label ?? '', constants });
    return pipeline;
  }

  #priced({ pipeline, group, workgroups }: Encoded): Priced {
    const { label, constants } = this.#pipelines.get(pipeline)!;
    const spec = specs.get(label.split(' ')[0]!)!;
    const entries = [...this.#groups.get(group)!.entries];
    const bound = (binding: number) => {
      const { resource } = entries.find((e) => e.binding === binding)!;
      return 'buffer' in resource ? resource : { buffer: resource as GPUBuffer };
    };
    const params = bound(entries.length - 1);
    const words = this.#written.get(params.buffer)!.subarray((params.offset ?? 0) / 4);
    const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
    const values = Object.entries(spec.params).map(([name, type], i) => [
      name,
      (type === 'f32' ? floats : words)[i]!,
    ]);
    const names = Object.keys(spec.bindings);
    const at = Math.max(names.indexOf('state'), names.indexOf('batch'));
    const [position = 0, tokens = 1] = at < 0 ? [] : (this.#written.get(bound(at).buffer) ?? []);
    const [x, y = 1, z = 1] = workgroups;
    return {
      label,
      constants,
      params: Object.fromEntries(values) as Record<string, number>,
      grid: [x, y, z],
      extent: { tokens, positions: position + tokens },
    };
  }

  #submit(commands: readonly GPUCommandBuffer[]): void {
    const { jump } = this.#options;
    const startMs = Math.max(this.#nowMs, this.#busyMs);
    let atMs = startMs;
    let longestMs = 0;
    const kinds = new Set<string>();
    let copiedMs = 0;
    let dispatches = 0;
    for (const command of commands.flatMap((c) => this.#commands.get(c) ?? [])) {
      const factor = this.#factorAt(atMs);
      if (typeof command === 'number') {
        copiedMs += factor * copyMs(command);
        atMs += factor * copyMs(command);
        continue;
      }
      const priced = this.#priced(command);
      const ms = factor * priceMs(priced);
      const codec = /quant\/\w+/.exec(priced.label)?.[0] ?? '';
      const shader = priced.label.split(' ')[0]!;
      kinds.add(`${shader} ${codec}`.trim());
      if ((priced.params.first_workgroup || priced.params.first_expert || 0) > 0) this.cut.add(shader);
      dispatches++;
      atMs += ms;
      longestMs = Math.max(longestMs, ms);
    }
    this.#busyMs = atMs;
    const isUnwarned = jump !== undefined && atMs > jump.atMs && this.#nowMs < this.#warnedMs;
    // The first submit of a kind tells nothing either: nobody knows yet what it takes.
    const isTelling =
      kinds.size > 0 && atMs - startMs >= TELLING_MS && [...kinds].every((kind) => this.#seen.has(kind));
    for (const kind of kinds) this.#seen.add(kind);
    if (jump !== undefined && startMs >= jump.atMs && isTelling)
      this.#warnedMs = Math.min(this.#warnedMs, atMs);
    const ms = atMs - startMs;
    if (commands.some((c) => this.#commands.get(c)?.length))
      this.submits.push({ kinds: [...kinds], dispatches, ms, longestMs, copiedMs, isUnwarned });
  }

  #write(buffer: GPUBuffer, offset: number, data: ArrayBuffer | ArrayBufferView): void {
    if (!(buffer.usage & GPUBufferUsage.UNIFORM) && buffer.size > 16) return;
    const shadow = this.#written.get(buffer) ?? new Uint32Array(Math.ceil(buffer.size / 4));
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    new Uint8Array(shadow.buffer).set(bytes, offset);
    this.#written.set(buffer, shadow);
  }

  #encoder(descriptor?: GPUCommandEncoderDescriptor): GPUCommandEncoder {
    const encoder = this.#real.createCommandEncoder(descriptor);
    const encoded: Command[] = [];
    return replaced(encoder, {
      copyBufferToBuffer: (...copied: [GPUBuffer, number, GPUBuffer, number, number]) => {
        encoded.push(copied[4]);
        encoder.copyBufferToBuffer(...copied);
      },
      beginComputePass: () => {
        const pass = encoder.beginComputePass();
        let pipeline: GPUComputePipeline;
        let group: GPUBindGroup;
        return replaced(pass, {
          setPipeline: (p: GPUComputePipeline) => {
            pipeline = p;
            pass.setPipeline(p);
          },
          setBindGroup: (index: number, g: GPUBindGroup) => {
            group = g;
            pass.setBindGroup(index, g);
          },
          dispatchWorkgroups: (x: number, y?: number, z?: number) => {
            encoded.push({ pipeline, group, workgroups: [x, y ?? 1, z ?? 1] });
            pass.dispatchWorkgroups(x, y, z);
          },
        });
      },
      finish: () => {
        const commands = encoder.finish();
        this.#commands.set(commands, encoded);
        return commands;
      },
    });
  }

  #wrap(): GPUDevice {
    const real = this.#real;
    const { queue } = real;
    return replaced(real, {
      createComputePipeline: (descriptor: GPUComputePipelineDescriptor) =>
        this.#noted(real.createComputePipeline(descriptor), descriptor),
      createComputePipelineAsync: async (descriptor: GPUComputePipelineDescriptor) =>
        this.#noted(await real.createComputePipelineAsync(descriptor), descriptor),
      createBindGroup: (descriptor: GPUBindGroupDescriptor) => {
        const group = real.createBindGroup(descriptor);
        this.#groups.set(group, descriptor);
        return group;
      },
      createCommandEncoder: (descriptor?: GPUCommandEncoderDescriptor) => this.#encoder(descriptor),
      createBuffer: (descriptor: GPUBufferDescriptor) => {
        const buffer = real.createBuffer(descriptor);
        const mapAsync = buffer.mapAsync.bind(buffer);
        if (!this.#computes && descriptor.usage & GPUBufferUsage.MAP_READ)
          Object.assign(buffer, {
            getMappedRange: (offset = 0, size = descriptor.size - offset) => new ArrayBuffer(size),
          });
        return Object.assign(buffer, {
          mapAsync: async (...args: Parameters<GPUBuffer['mapAsync']>) => {
            const doneMs = this.#busyMs;
            await mapAsync(...args);
            this.#answered(doneMs);
          },
        });
      },
      queue: replaced(queue, {
        writeBuffer: (buffer: GPUBuffer, offset: number, data: ArrayBuffer, ...rest: number[]) => {
          this.#write(buffer, offset, data);
          queue.writeBuffer(buffer, offset, data, ...rest);
        },
        submit: (commands: readonly GPUCommandBuffer[]) => {
          this.#submit(commands);
          queue.submit(commands);
        },
        onSubmittedWorkDone: async () => {
          const doneMs = this.#busyMs;
          await queue.onSubmittedWorkDone();
          this.#answered(doneMs);
        },
      }),
    });
  }
}
