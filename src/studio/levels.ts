import type { Engine } from '../infer/engine';
import type { Prepared } from '../pipeline/prepared';

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
  addEngine(type: string, engine: Engine): void {
    this.#engines.set(type, engine);
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
