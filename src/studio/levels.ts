import type { Engine } from '../infer/engine';
import type { Prepared } from '../pipeline/prepared';

/** The levels of a model that are on the device, and the engines that run them. */
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

  /** Gives back what every level but these takes. */
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
  /** Nothing of it exists any more: the device is gone. */
  forget(): void {
    this.#prepared.clear();
    this.#engines.clear();
  }
}
