import type { TensorSource } from '../../../files/model-file';
import { FileError, UnsupportedError } from '../../../util/errors';
import type { Config } from './config';
import { stacked } from '../tensors/lazy';
import { placeName } from './names';
import { listed } from './weight-index';
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
  /** Name in the checkpoint of one of each stack. */
  readonly #names = new Map<string, string>();

  constructor(count: number) {
    this.#count = count;
  }

  /** Adds an expert tensor. Returns the stacks of the layer when it is complete, else nothing. */
  add(layer: number, stack: string, expert: number, tensor: TensorSource, from: string): TensorSource[] {
    const stacks = this.#layers.get(layer) ?? new Map<string, TensorSource[]>();
    this.#layers.set(layer, stacks);
    const parts = stacks.get(stack) ?? [];
    stacks.set(stack, parts);
    if (!stack.endsWith('.weight') || parts[expert])
      throw new FileError(
        `Tensor "${tensor.name}" is ${parts[expert] ? 'a second one for its place' : 'a bias of an expert'}; expected one weight for each expert and stack.`,
        'config.json and the weights do not fit together.',
      );
    if (expert >= this.#count)
      throw new FileError(
        `Tensor "${from}" is of expert ${expert}, but config.json says ${this.#count} experts.`,
        'config.json and the weights do not fit together.',
      );
    parts[expert] = tensor;
    this.#names.set(stack, from);
    const have = [...stacks.values()].reduce((n, p) => n + p.filter(Boolean).length, 0);
    if (have < 3 * this.#count) return [];
    const kind = from.includes('block_sparse_moe') ? 'block_sparse_moe' : 'mlp';
    return STACK_ORDER[kind]!.map((name) => {
      const full = `blk.${layer}.${name}.weight`;
      return stacked(full, stacks.get(full) ?? []);
    });
  }

  /** Throws FileError if a layer is incomplete. */
  check(label: string): void {
    const missing: string[] = [];
    for (const [layer, stacks] of this.#layers)
      for (const stack of STACK_ORDER.mlp!.map((name) => `blk.${layer}.${name}.weight`)) {
        const parts = stacks.get(stack) ?? [];
        const named = this.#names.get(stack);
        for (let e = 0; e < this.#count; e++)
          if (!parts[e])
            missing.push(named?.replace(/experts\.\d+/, `experts.${e}`) ?? `${stack} of expert ${e}`);
      }
    if (missing.length > 0)
      throw new FileError(
        `${label}: expert tensors are missing (${missing.length}): ${listed(missing)}.`,
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
      out.push(...experts.add(placed.layer, placed.name, placed.expert, named, tensor.name));
    } else out.push(...[source.change?.(named, config) ?? named].flat());
  }
  experts.check(config.label);
  return out;
}
