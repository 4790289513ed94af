import { seededRandom } from '../../util/random';
import type { StoredTensor } from '../safetensors-file';

type Json = Record<string, unknown>;

/** A weight to make: its module, outputs and inputs. */
export interface Module {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
}

/** A checkpoint of some modules: files beside config.json, tensors, and the exact values of each weight. */
export interface Made {
  /** Its part of config.json. */
  readonly config: Json;
  readonly files?: Readonly<Record<string, Json>>;
  readonly tensors: readonly StoredTensor[];
  readonly expected: ReadonlyMap<string, Float32Array>;
}

/** A kind of checkpoint. */
export interface Kind {
  readonly name: string;
  /** Level as a reader should name it. */
  readonly level: string;
  readonly modules: readonly Module[];
  make(modules: readonly Module[]): Made;
}

/** Seeded choices. */
export class Dice {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = seededRandom(seed);
  }
  below(n: number): number {
    return Math.floor(this.#next() * n);
  }
  list<T>(length: number, of: (i: number) => T): T[] {
    return Array.from({ length }, (_, i) => of(i));
  }
  /** Rows of codes. */
  codes(rows: number, cols: number, end: number): number[][] {
    return this.list(rows, () => this.list(cols, () => this.below(end)));
  }
  /** A number that is exact in float16 and in bfloat16. */
  scale(): number {
    return (1 + this.below(64) / 64) * 2 ** -(2 + this.below(6));
  }
  scales(rows: number, cols: number): number[][] {
    return this.list(rows, () => this.list(cols, () => this.scale()));
  }
}

/** Values of a weight by row and column, each as float32. */
export function valuesOf({ rows, cols }: Module, at: (row: number, col: number) => number): Float32Array {
  const out = new Float32Array(rows * cols);
  for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) out[r * cols + c] = at(r, c);
  return out;
}

/** The tensors and values of one module. */
export interface Part {
  readonly tensors: readonly StoredTensor[];
  readonly values: Float32Array;
}

export function made(
  modules: readonly Module[],
  part: (module: Module, dice: Dice) => Part,
  config: Json,
  files?: Readonly<Record<string, Json>>,
): Made {
  const dice = new Dice(19);
  const parts = modules.map((module) => part(module, dice));
  return {
    config,
    ...(files ? { files } : {}),
    tensors: parts.flatMap((p) => p.tensors),
    expected: new Map(modules.map((m, i) => [`${m.name}.weight`, parts[i]!.values])),
  };
}
