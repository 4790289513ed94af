// Chooses the type of each tensor at a level: llama-quantize's rules, the user's overrides, and the fallbacks.
import { type GgmlType, ggmlTypeByLabel } from '../files/ggml-types';
import { getNumber, getString } from '../files/gguf/metadata';
import type { ImportanceMatrix } from '../files/imatrix';
import type { ModelFile, TensorSource } from '../files/model-file';
import type { FileType } from '../quant/file-types';
import { formatByGgmlType } from '../quant/registry';
import {
  allowsQuantization,
  FALLBACK,
  isEmbedding,
  isOutput,
  isValue,
  needsImportance,
  type Position,
  type RuleContext,
  wantedType,
} from '../quant/tensor-rules';
import type { NamePattern } from './pattern/pattern';

/** Overrides the rules for tensors whose name matches the pattern, at levels that quantize. The first match counts. */
export interface TypeOverride {
  /** A RegExp, or a pattern of std::regex that tensorPattern reads. */
  readonly pattern: NamePattern;
  /** Label of a ggml type. */
  readonly type: string;
  /** The option as the user wrote it, for notes. */
  readonly source?: string;
}

/** llama-quantize's options, by its names. */
export interface QuantizeOptions {
  /** Use F16 for rows that fit no block instead of refusing. */
  readonly fallbackToF16?: boolean;
  /** Refuse instead of falling back to another type. */
  readonly strict?: boolean;
  /** Use the level's default type for every tensor. */
  readonly pure?: boolean;
  readonly leaveOutputTensor?: boolean;
  readonly outputTensorType?: string;
  readonly tokenEmbeddingType?: string;
  readonly tensorTypes?: readonly TypeOverride[];
  readonly importance?: ImportanceMatrix | undefined;
}

export interface Choice {
  readonly type: GgmlType;
  readonly fallback?: string;
  /** Message about a row width that is refused. */
  readonly misfit?: string;
  /** Reason for which the tensor cannot have this type. */
  readonly refusal?: string;
  readonly importance?: Float32Array<ArrayBuffer>;
}

/** F32, F16 and BF16, which no level quantizes to. */
export const isFullWidth = (type: string): boolean => ['F32', 'F16', 'BF16'].includes(type);

/** Head counts may be given by layer; the rules use the first. */
function firstNumber(model: ModelFile, key: string): number | undefined {
  const value = model.metadata.get(key)?.value;
  const first = Array.isArray(value) ? (value as readonly unknown[])[0] : undefined;
  return typeof first === 'number' ? first : getNumber(model.metadata, key);
}

function ruleContext(model: ModelFile, hasImportance: boolean): RuleContext {
  const architecture = getString(model.metadata, 'general.architecture') ?? '';
  const number = (key: string) => firstNumber(model, `${architecture}.${key}`);
  const heads = number('attention.head_count') ?? 1;
  return {
    architecture,
    hasOutput: model.tensors.some((t) => t.name === 'output.weight'),
    layers: number('block_count') ?? 1,
    experts: Math.max(1, number('expert_count') ?? 1),
    heads,
    kvHeads: number('attention.head_count_kv') ?? heads,
    attentionValues: model.tensors.filter((t) => isValue(t.name)).length,
    hasImportance,
  };
}

function misfitOf(tensor: TensorSource, type: GgmlType): string | undefined {
  const width = tensor.shape[0] ?? 0;
  if (width % type.blockSize === 0) return undefined;
  return `rows of ${width} weights are no multiple of ${type.blockSize} (${type.label})`;
}

/** Chooses types for one model. Call it in the order of the output file, because the rules count tensors. */
export class TensorChooser {
  readonly #context: RuleContext;
  readonly #fileType: FileType;
  readonly #options: QuantizeOptions;
  readonly #counts = new Map<string, number>();
  /** Overrides that chose a type. */
  readonly used = new Set<TypeOverride>();

  constructor(model: ModelFile, fileType: FileType, options: QuantizeOptions) {
    this.#context = ruleContext(model, options.importance !== undefined);
    this.#fileType = fileType;
    this.#options = options;
  }

  next(tensor: TensorSource): Choice {
    const { name, shape } = tensor;
    if (!allowsQuantization(name, shape)) return { type: tensor.type };
    if (this.#options.leaveOutputTensor && name === 'output.weight') return { type: tensor.type };
    const named = this.#named(name);
    const choice = named ? this.#exactly(tensor, named) : this.#fitted(tensor, this.#wanted(name, shape));
    return this.#withImportance(tensor, choice);
  }

  /** Type that the user set for this tensor. No rule and no fallback applies to it. */
  #named(name: string): string | undefined {
    if (isEmbedding(name)) return this.#options.tokenEmbeddingType;
    return name === 'output.weight' ? this.#options.outputTensorType : undefined;
  }

  #wanted(name: string, shape: readonly number[]): string {
    const { label, type } = this.#fileType;
    const o = this.#options;
    // Levels of full width take no overrides, as in llama-quantize.
    const override = isFullWidth(type) ? undefined : o.tensorTypes?.find((t) => t.pattern.test(name));
    if (override) {
      this.used.add(override);
      return override.type;
    }
    if (o.pure) return type;
    if (o.outputTensorType && isOutput(name, this.#context.hasOutput)) return o.outputTensorType;
    return wantedType(name, shape, label, type, this.#context, this.#position(name));
  }

  #position(name: string): Position {
    const count = (kind: string, is = name.includes(kind)): number => {
      if (!is) return 0;
      const before = this.#counts.get(kind) ?? 0;
      this.#counts.set(kind, before + 1);
      return before;
    };
    const attentionValue = count('values', isValue(name));
    const before = count('ffn_down') || count('ffn_gate') || count('ffn_up');
    const layer = Number(/^blk\.(\d+)\./.exec(name)?.[1] ?? 0);
    return { attentionValue, ffn: this.#context.experts > 1 ? layer : before };
  }

  #exactly(tensor: TensorSource, label: string): Choice {
    const type = ggmlTypeByLabel(label);
    const misfit = misfitOf(tensor, type);
    return misfit
      ? { type: tensor.type, refusal: `${tensor.name}: ${misfit}; choose another type for it.` }
      : { type };
  }

  #fitted(tensor: TensorSource, label: string): Choice {
    const wanted = ggmlTypeByLabel(label);
    const misfit = misfitOf(tensor, wanted);
    if (!misfit) return { type: wanted };
    const width = tensor.shape[0] ?? 0;
    const next = FALLBACK[wanted.label];
    if (this.#options.strict)
      return { type: tensor.type, refusal: `${tensor.name}: ${misfit}, and no other type is allowed.` };
    if (next !== undefined) {
      const type = ggmlTypeByLabel(width % ggmlTypeByLabel(next).blockSize === 0 ? next : 'F16');
      return { type, fallback: `${misfit}: ${type.label}` };
    }
    const choice = { type: ggmlTypeByLabel('F16'), fallback: `${misfit}: F16` };
    if (this.#options.fallbackToF16) return choice;
    return {
      ...choice,
      misfit: `${tensor.name}: ${misfit}, and llama-quantize defines no fallback for ${wanted.label}.`,
    };
  }

  #withImportance(tensor: TensorSource, choice: Choice): Choice {
    const { label } = this.#fileType;
    if (choice.refusal || choice.type.id === tensor.type.id) return choice;
    const entry = this.#options.importance?.entries.get(tensor.name);
    const needed =
      needsImportance(label, tensor.name, choice.type.label) ||
      formatByGgmlType(choice.type.id)?.importance === 'required';
    if (!entry) {
      if (!needed) return choice;
      const why = this.#options.importance
        ? `the importance matrix has nothing for it, and ${choice.type.label} requires one`
        : `${label} requires an importance matrix for ${choice.type.label}`;
      return { ...choice, refusal: `${tensor.name}: ${why}.` };
    }
    const [cols = 0, , matrices = 1] = tensor.shape;
    if (entry.length === cols * matrices) return { ...choice, importance: entry };
    if (tensor.name === 'token_embd.weight' && !needed) return choice;
    return {
      ...choice,
      refusal: `${tensor.name}: the importance matrix has ${entry.length} numbers for it, expected ${cols * matrices}; it belongs to another model.`,
    };
  }
}
