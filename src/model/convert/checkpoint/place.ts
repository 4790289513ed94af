import type { TensorSource } from '../../../files/model-file';
import { FileError, UnsupportedError } from '../../../util/errors';
import type { Config } from './config';
import { stacked } from '../tensors/lazy';
import { placeName } from './names';
import type { HuggingFaceSource } from '../source';

/** Returns true for buffers that are not weights. */
const isBuffer = (name: string): boolean =>
  ['.rotary_emb.inv_freq', '.attention.masked_bias', '.attention.bias'].some((end) => name.endsWith(end));

const FLOATS = ['F32', 'F16', 'BF16'];

/** Order of the stacks of a layer in the file: w1, w2, w3, or by name. */
const STACK_ORDER: Readonly<Record<string, readonly string[]>> = {
  block_sparse_moe: ['ffn_gate_exps', 'ffn_down_exps', 'ffn_up_exps'],
  mlp: ['ffn_down_exps', 'ffn_gate_exps', 'ffn_up_exps'],
};

/** Gathers the expert tensors of each layer into stacks. */
class Experts {
  readonly #count: number;
  readonly #layers = new Map<number, Map<string, TensorSource[]>>();
  #held = 0;

  constructor(count: number) {
    this.#count = count;
  }

  /** Adds an expert tensor. Returns the stacks of the layer when it is complete, else nothing. */
  add(layer: number, stack: string, expert: number, tensor: TensorSource, kind: string): TensorSource[] {
    const stacks = this.#layers.get(layer) ?? new Map<string, TensorSource[]>();
    this.#layers.set(layer, stacks);
    const parts = stacks.get(stack) ?? [];
    stacks.set(stack, parts);
    if (expert >= this.#count)
      throw new FileError(
        `Tensor "${tensor.name}" is of expert ${expert}, but config.json says ${this.#count} experts.`,
        'config.json and the weights do not fit together.',
      );
    parts[expert] = tensor;
    this.#held++;
    const have = [...stacks.values()].reduce((n, p) => n + p.filter(Boolean).length, 0);
    if (have < 3 * this.#count) return [];
    this.#held -= have;
    return STACK_ORDER[kind]!.map((name) => {
      const full = `blk.${layer}.${name}.weight`;
      return stacked(full, stacks.get(full) ?? []);
    });
  }

  /** Throws FileError if a layer is incomplete. */
  check(): void {
    if (this.#held > 0)
      throw new FileError(
        `${this.#held} expert tensors belong to layers that are not complete.`,
        'A weight file is missing, or config.json is of another model.',
      );
  }
}

/**
 * Tensors of a checkpoint with GGUF names and dimensions, in the order of convert_hf_to_gguf.py. Throws
 * UnsupportedError for an unknown name or type.
 */
export function placeTensors(
  tensors: readonly TensorSource[],
  source: HuggingFaceSource,
  config: Config,
  label: string,
): TensorSource[] {
  const experts = new Experts(config.experts ?? 0);
  const out: TensorSource[] = [];
  for (const tensor of tensors) {
    // The text model of a multimodal one.
    const name = tensor.name.replace('language_model.', '');
    if (isBuffer(name) || source.skips?.(name)) continue;
    const placed = placeName(source.names, name);
    if (!placed)
      throw new UnsupportedError(
        `Tensor "${tensor.name}" has no place in a ${label} model.`,
        'The folder may be of another architecture.',
      );
    if (!FLOATS.includes(tensor.type.label))
      throw new UnsupportedError(
        `Tensor "${tensor.name}" is ${tensor.type.label}; expected F64, F32, F16, BF16 or FP8.`,
        'Take the unquantized checkpoint of the model.',
      );
    if (placed.layer >= config.layers)
      throw new FileError(
        `${config.label}: tensor "${tensor.name}" is of layer ${placed.layer}, but config.json says ${config.layers} layers.`,
        'config.json and the weights do not fit together.',
      );
    const named: TensorSource = { ...tensor, name: placed.name, shape: [...tensor.shape].reverse() };
    if (placed.expert !== undefined) {
      const kind = name.includes('block_sparse_moe') ? 'block_sparse_moe' : 'mlp';
      out.push(...experts.add(placed.layer, placed.name, placed.expert, named, kind));
    } else out.push(...[source.change?.(named, config) ?? named].flat());
  }
  experts.check();
  return out;
}
