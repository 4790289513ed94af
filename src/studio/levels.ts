import type { Gpu } from '../gpu/gpu';
import { Engine } from '../infer/engine';
import type { EngineOptions } from '../infer/model-runtime';
import type { Prepared } from '../pipeline/prepared';
import type { LevelWork } from '../util/work';

/** Resident levels of a model and their engines. */
export class Levels {
  readonly #prepared = new Map<string, Prepared>();
  readonly #engines = new Map<string, Engine>();

  get types(): string[] {
    return [...this.#prepared.keys()];
  }
  get(type: string): Prepared | undefined {
    return this.#prepared.get(type);
  }
  engine(type: string): Engine | undefined {
    return this.#engines.get(type);
  }
  add(type: string, level: Prepared): void {
    this.#prepared.set(type, level);
  }
  /** An engine for a resident level, in the place of the one that it had. */
  async run(gpu: Gpu, type: string, options: EngineOptions, work: LevelWork<never>): Promise<Engine> {
    const told = { signal: work.signal, progress: work.kernels };
    const engine = await Engine.create(gpu, this.#prepared.get(type)!, options, told);
    this.#engines.get(type)?.dispose();
    this.#engines.set(type, engine);
    return engine;
  }

  /** Releases all levels but these. */
  keepOnly(types: readonly string[]): void {
    for (const type of this.types) if (!types.includes(type)) this.release(type);
  }
  release(type: string): void {
    this.#engines.get(type)?.dispose();
    this.#engines.delete(type);
    this.#prepared.get(type)?.dispose();
    this.#prepared.delete(type);
  }
  disposeEngines(): void {
    for (const engine of this.#engines.values()) engine.dispose();
    this.#engines.clear();
  }
  /** Drops all levels without releasing them: their device is lost. */
  forget(): void {
    this.#prepared.clear();
    this.#engines.clear();
  }
}
