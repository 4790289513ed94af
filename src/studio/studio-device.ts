import type { Gpu } from '../gpu/gpu';
import type { StagedRows } from '../model/long-rows';
import { FAST, type ComputePaths } from '../model/runtime';
import { MIB } from '../util/bytes';
import { type DeviceCapabilities, findCapabilities } from '../device/capabilities';
import { type Roofline, probeDevice } from '../device/probe';
import { roomOf, type TuningStore } from '../device/tune';
import { DeviceLostError } from '../util/errors';

/** Exceeds the caches of most devices. */
const PROBE_BYTES = 64 * MIB;

/** The device of a studio, opened on first use and again after a loss, with its tuning and roofline. */
export class StudioDevice {
  readonly #open: () => Promise<Gpu>;
  readonly #tunings: TuningStore | undefined;
  readonly #onLoss: () => void;
  #gpu: Gpu | undefined;
  #opening: Promise<Gpu> | undefined;
  #capabilities: DeviceCapabilities | undefined;
  #roofline: Roofline | undefined;

  constructor(open: () => Promise<Gpu>, tunings: TuningStore | undefined, onLoss: () => void) {
    this.#open = open;
    this.#tunings = tunings;
    this.#onLoss = onLoss;
  }

  /** The open device, which may be lost. */
  get current(): Gpu | undefined {
    return this.#gpu;
  }

  /** Bytes on the open device by owner. */
  get memory() {
    const memory = this.#gpu?.memory;
    const { currentBytes = 0, peakBytes = 0 } = memory ?? {};
    return { currentBytes, peakBytes, owners: memory?.byOwner() ?? [] };
  }

  /** Compute paths and prefill chunk for a model of `weights` weights. */
  computePaths(weights: number): { paths: ComputePaths; chunk: number } {
    const { paths = FAST, tuning = null } = this.#capabilities ?? {};
    return { paths, chunk: roomOf(tuning, weights) };
  }
  /** The longest rows that decode products stage here; nothing until the device is open. */
  get staged(): { staged?: StagedRows } {
    return this.#capabilities ? { staged: this.#capabilities.staged } : {};
  }

  async gpu(): Promise<Gpu> {
    if (this.#gpu?.failed) {
      this.#onLoss();
      this.#gpu.close();
      this.#gpu = undefined;
    }
    if (this.#gpu) return this.#gpu;
    // The self-test and the tuning choose the kernels, so callers wait for them.
    this.#opening ??= this.#make().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #make(): Promise<Gpu> {
    const gpu = await this.#open();
    this.#roofline = undefined;
    try {
      this.#capabilities = await findCapabilities(gpu, this.#tunings);
      gpu.check();
    } catch (error) {
      gpu.close();
      throw error;
    }
    this.#gpu = gpu;
    return gpu;
  }

  /** Retries work once after a device loss; levels are rebuilt from the model's files. */
  async surviveLoss<T>(work: () => Promise<T>, onLoss: () => void = () => {}): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DeviceLostError) && !this.#gpu?.lost) throw error;
      onLoss();
      return work();
    }
  }

  /** Everything found out about the device before its first work. */
  async capabilities(): Promise<DeviceCapabilities> {
    await this.gpu();
    return this.#capabilities!;
  }

  /** Memory bandwidth and dispatch cost of the device; measured once. */
  async roofline(): Promise<Roofline> {
    this.#roofline ??= await probeDevice(await this.gpu(), { bytes: PROBE_BYTES });
    return this.#roofline;
  }
}
