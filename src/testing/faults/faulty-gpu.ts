// A GPUDevice whose steps can fail, around one that works. It is lost without the other.
import { type Fault, type FaultKind, MARK } from './fault';

interface Scope {
  readonly filter: GPUErrorFilter;
  error: { message: string } | null;
}

const bound = (target: object, key: PropertyKey): unknown => {
  const value: unknown = Reflect.get(target, key, target);
  return typeof value === 'function' ? (value as (...a: unknown[]) => unknown).bind(target) : value;
};
/** `target` with some members replaced; the others keep their own `this`, which native objects insist on. */
export const replaced = <T extends object>(target: T, members: Partial<Record<keyof T, unknown>>): T =>
  new Proxy(target, {
    get: (_, key) => (key in members ? members[key as keyof T] : bound(target, key)),
    set: (_, key, value) => Reflect.set(target, key, value, target),
  });

/** Steps of a device that can be made to fail, and the buffers that were left on it. */
export class FaultyDevice {
  readonly device: GPUDevice;
  readonly #real: GPUDevice;
  readonly #computes: boolean;
  readonly #fault: () => Fault;
  readonly #events = new EventTarget();
  readonly #scopes: Scope[] = [];
  readonly #live = new Set<GPUBuffer>();
  readonly #lost: Promise<GPUDeviceLostInfo>;
  readonly #forward = (event: Event) => {
    this.#report((event as GPUUncapturedErrorEvent).error.message);
  };
  #isLost = false;
  #lose!: (info: GPUDeviceLostInfo) => void;

  constructor(real: GPUDevice, fault: () => Fault, computes: boolean) {
    this.#real = real;
    this.#computes = computes;
    this.#fault = fault;
    this.#lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
    real.addEventListener('uncapturederror', this.#forward);
    this.device = this.#wrap();
  }

  /** Buffers that nobody destroyed. */
  get liveBuffers(): number {
    return this.#live.size;
  }
  get isLost(): boolean {
    return this.#isLost;
  }
  lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#lose({ reason: 'unknown', message: MARK } as GPUDeviceLostInfo);
  }
  /** Stops listening to the device inside. */
  end(): void {
    this.#real.removeEventListener('uncapturederror', this.#forward);
    for (const buffer of this.#live) buffer.destroy();
    this.#live.clear();
  }

  #strikes(kind: FaultKind): boolean {
    return this.#fault().strikes(kind);
  }
  /** An await during which the device may be lost. */
  step(): void {
    if (this.#strikes('device loss')) this.lose();
  }
  /**
   * An error of the kind that is no exception: to the innermost scope, else to whoever listens, a moment later, and
   * before any buffer is mapped that was asked for after it.
   */
  #report(message: string): void {
    const scope = this.#scopes.findLast((s) => s.filter === 'validation');
    if (scope) scope.error ??= { message };
    else
      queueMicrotask(() =>
        this.#events.dispatchEvent(Object.assign(new Event('uncapturederror'), { error: { message } })),
      );
  }

  #wrap(): GPUDevice {
    const real = this.#real;
    const invalid =
      <A extends unknown[], R>(kind: FaultKind, make: (...args: A) => R) =>
      (...args: A): R => {
        if (this.#strikes(kind)) this.#report(`${MARK}: ${kind}`);
        return make(...args);
      };
    return replaced(real, {
      lost: this.#lost,
      queue: this.#queue(),
      createBuffer: (descriptor: GPUBufferDescriptor) => this.#createBuffer(descriptor),
      createBindGroup: invalid('bind group', real.createBindGroup.bind(real)),
      createComputePipeline: invalid('pipeline', real.createComputePipeline.bind(real)),
      createComputePipelineAsync: async (descriptor: GPUComputePipelineDescriptor) => {
        this.step();
        if (this.#strikes('pipeline')) throw new Error(`${MARK}: pipeline`);
        return real.createComputePipelineAsync(descriptor);
      },
      pushErrorScope: (filter: GPUErrorFilter) => {
        this.#scopes.push({ filter, error: null });
        real.pushErrorScope(filter);
      },
      popErrorScope: async () => {
        const scope = this.#scopes.pop();
        const found = real.popErrorScope();
        this.step();
        const error = await found;
        return this.#isLost ? null : (scope?.error ?? error);
      },
      addEventListener: this.#events.addEventListener.bind(this.#events),
      removeEventListener: this.#events.removeEventListener.bind(this.#events),
      destroy: () => {
        this.lose();
        for (const buffer of this.#live) buffer.destroy();
        this.#live.clear();
      },
    });
  }

  #queue(): GPUQueue {
    const { queue } = this.#real;
    return replaced(queue, {
      writeBuffer: (...args: unknown[]) => {
        if (this.#strikes('writeBuffer throws')) throw new Error(`${MARK}: writeBuffer`);
        if (!this.#isLost) (queue.writeBuffer as (...a: unknown[]) => void).apply(queue, args);
      },
      submit: (commands: Iterable<GPUCommandBuffer>) => {
        if (this.#strikes('submit throws')) throw new Error(`${MARK}: submit`);
        if (this.#strikes('submit is invalid')) this.#report(`${MARK}: submit`);
        else if (!this.#isLost) queue.submit(commands);
      },
      onSubmittedWorkDone: async () => {
        this.step();
        if (!this.#isLost) await queue.onSubmittedWorkDone();
      },
    });
  }

  #createBuffer(descriptor: GPUBufferDescriptor): GPUBuffer {
    if (this.#strikes('createBuffer throws')) throw new RangeError(`${MARK}: createBuffer`);
    const buffer = this.#real.createBuffer(descriptor);
    this.#live.add(buffer);
    if (this.#strikes('out of memory')) {
      const scope = this.#scopes.findLast((s) => s.filter === 'out-of-memory');
      if (scope) scope.error = { message: `${MARK}: out of memory` };
      else this.#report(`${MARK}: out of memory`);
    }
    const destroy = buffer.destroy.bind(buffer);
    const mapAsync = buffer.mapAsync.bind(buffer);
    // Without a driver nobody writes what is read back: zeros, not what the allocator had there before.
    if (!this.#computes && descriptor.usage & GPUBufferUsage.MAP_READ)
      Object.assign(buffer, {
        getMappedRange: (offset = 0, size = descriptor.size - offset) => new ArrayBuffer(size),
      });
    return Object.assign(buffer, {
      destroy: () => {
        this.#live.delete(buffer);
        destroy();
      },
      mapAsync: async (...args: Parameters<GPUBuffer['mapAsync']>) => {
        this.step();
        if (this.#isLost) throw new DOMException(`${MARK}: the device is gone`, 'AbortError');
        if (this.#strikes('map')) throw new DOMException(`${MARK}: map`, 'OperationError');
        await mapAsync(...args);
      },
    });
  }
}
