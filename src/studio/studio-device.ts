import type { Gpu } from '../gpu/gpu';
import { FAST, type ComputePaths } from '../model/runtime';
import { MIB } from '../util/bytes';
import { testNumerics } from '../device/numerics';
import { type Roofline, probeDevice } from '../device/probe';
import { chunkOf, type Tuning, type TuningStore, tuningOf } from '../device/tune';

/** More than the caches of most devices. */
const PROBE_BYTES = 64 * MIB;

/** The device of a studio, made when first asked for and again after a loss, and what was measured of it. */
export class StudioDevice {
  readonly #open: () => Promise<Gpu>;
  readonly #tunings: TuningStore | undefined;
  readonly #onLoss: () => void;
  #gpu: Gpu | undefined;
  #opening: Promise<Gpu> | undefined;
  #tuning: Tuning | null = null;
  #roofline: Roofline | undefined;

  constructor(open: () => Promise<Gpu>, tunings: TuningStore | undefined, onLoss: () => void) {
    this.#open = open;
    this.#tunings = tunings;
    this.#onLoss = onLoss;
  }

  /** What there is without making one; it may be lost. */
  get current(): Gpu | undefined {
    return this.#gpu;
  }
  /** Which paths are fast; null where the usual ones are taken. */
  get tuning(): Tuning | null {
    return this.#tuning;
  }

  /** How the engine of a model of so many weights runs here. */
  computePaths(weights: number): { paths: ComputePaths; chunk: number } {
    return { paths: this.#tuning?.paths ?? FAST, chunk: chunkOf(this.#tuning, weights) };
  }

  async gpu(): Promise<Gpu> {
    if (this.#gpu?.lost) {
      this.#onLoss();
      this.#gpu = undefined;
    }
    if (this.#gpu) return this.#gpu;
    // Nobody gets a device before its tests are done: they choose the kernels.
    this.#opening ??= this.#make().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #make(): Promise<Gpu> {
    const gpu = await this.#open();
    this.#roofline = undefined;
    await testNumerics(gpu);
    this.#tuning = await tuningOf(gpu, this.#tunings);
    this.#gpu = gpu;
    return gpu;
  }

  /** How fast the device reads and dispatches; measured once. */
  async roofline(): Promise<Roofline> {
    this.#roofline ??= await probeDevice(await this.gpu(), { bytes: PROBE_BYTES });
    return this.#roofline;
  }
}
