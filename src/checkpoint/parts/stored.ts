import type { TensorSource } from '../../files/model-file';
import type { SafeTensor } from '../../files/safetensors/read';
import { FileError, UnsupportedError } from '../../util/errors';
import { LastStripe } from './stripes';

/** Words that hold several codes each. Producers disagree on their sign, which means nothing. */
export const WORDS = ['I32', 'U32'];
export const BYTES = ['U8', 'I8'];
export const FLOATS = ['F32', 'F16', 'BF16'];
export const FLOATS8 = ['F8_E4M3', 'F8_E5M2'];

export const DAMAGED = 'The checkpoint does not fit together. Download it again.';

/** Types and shape that a tensor may have. */
export interface Expected {
  readonly dtypes: readonly string[];
  readonly shape?: readonly number[];
  /** The reason for the shape. */
  readonly because?: string;
}

/** F64 is read as float32, so it counts as that. */
const dtypeOf = (t: SafeTensor): string => (t.dtype === 'F64' ? 'F32' : t.dtype);

/**
 * The tensors of a checkpoint by name. A method of quantization takes those that a weight is made of, and puts the weight in
 * the place of its codes; the others stay as they are.
 */
export class Stored {
  /** Name of the model in errors. */
  readonly label: string;
  readonly lastStripe = new LastStripe();
  readonly #all: readonly SafeTensor[];
  readonly #byName: ReadonlyMap<string, SafeTensor>;
  readonly #taken = new Set<string>();
  /** Weights by the name of their codes. */
  readonly #made = new Map<string, TensorSource>();

  constructor(tensors: readonly SafeTensor[], label: string) {
    this.label = label;
    this.#all = tensors;
    this.#byName = new Map(tensors.map((t) => [t.name, t]));
  }

  /** Names of what has a tensor with this ending, without the ending. */
  modules(ending: string): string[] {
    return this.#all.filter((t) => t.name.endsWith(ending)).map((t) => t.name.slice(0, -ending.length));
  }

  get(name: string): SafeTensor | undefined {
    return this.#byName.get(name);
  }

  get tensors(): readonly SafeTensor[] {
    return this.#all;
  }

  /** A tensor that belongs to `owner`. Throws FileError if it is missing or another than expected. */
  take(name: string, owner: string, expected: Expected): SafeTensor {
    const found = this.maybe(name, expected);
    if (found) return found;
    throw new FileError(
      `${this.label}: tensor "${name}" is missing; "${owner}" cannot be read without it.`,
      DAMAGED,
    );
  }

  /** A tensor that may be absent. Throws FileError if it is another than expected, or part of another weight. */
  maybe(name: string, { dtypes, shape, because }: Expected): SafeTensor | undefined {
    const tensor = this.#byName.get(name);
    if (!tensor) return undefined;
    const fits = shape === undefined || String(tensor.shape) === String(shape);
    if (!dtypes.includes(dtypeOf(tensor)) || !fits)
      throw new FileError(
        `${this.label}: tensor "${name}" is ${tensor.dtype} [${tensor.shape}], expected ${dtypes.join(' or ')}${shape ? ` [${shape}]` : ''}${because ? ` (${because})` : ''}.`,
        DAMAGED,
      );
    this.#taken.add(name);
    return tensor;
  }

  /** A tensor of two dimensions, each at least one. */
  matrix(
    name: string,
    owner: string,
    dtypes: readonly string[],
  ): SafeTensor & { shape: readonly [number, number] } {
    const tensor = this.take(name, owner, { dtypes });
    const [rows, cols] = tensor.shape;
    if (tensor.shape.length === 2 && rows! > 0 && cols! > 0)
      return tensor as SafeTensor & { shape: readonly [number, number] };
    throw new FileError(
      `${this.label}: tensor "${name}" has shape [${tensor.shape}], expected the rows and columns of a matrix.`,
      'Stacks of matrices cannot be read in this format. Take the checkpoint that it was made from.',
    );
  }

  /** Leaves out tensors that weights do not depend on: scales of activations and caches. */
  leaveOut(endings: readonly string[]): void {
    for (const { name } of this.#all) if (endings.some((end) => name.endsWith(end))) this.#taken.add(name);
  }

  /** Puts a weight in the place of its codes. Throws FileError if there is another of its name. */
  make(codes: string, weight: TensorSource): void {
    if (weight.name !== codes && this.#byName.has(weight.name))
      throw new FileError(
        `${this.label}: there are "${weight.name}" and "${codes}", expected one of them.`,
        'The weight is stored twice. Drop one model at a time.',
      );
    this.#made.set(codes, weight);
  }

  /** True if a weight was made of codes. */
  get hasMade(): boolean {
    return this.#made.size > 0;
  }

  /** The weights that were made and all that was not taken. Throws UnsupportedError if codes are left. */
  rest(): TensorSource[] {
    const out: TensorSource[] = [];
    for (const tensor of this.#all) {
      const made = this.#made.get(tensor.name);
      if (made) out.push(made);
      else if (!this.#taken.has(tensor.name)) {
        if (/\.(qweight|qzeros|weight_packed|SCB|absmax)$/.test(tensor.name))
          throw new UnsupportedError(
            `${this.label}: tensor "${tensor.name}" is packed, but config.json does not say by which quantizer.`,
            'Download config.json and its quantize_config.json again, or take the checkpoint that it was made from.',
          );
        out.push(tensor);
      }
    }
    return out;
  }
}
