import type { ByteSource } from '../files/byte-source';
import type { MetaValue } from '../files/gguf/metadata';
import type { ModelFile } from '../files/model-file';
import { openModel as openFiles } from '../pipeline/open';
import { summarize, textOf } from '../studio/summary';
import type { ModelText } from '../text/model-text';
import type { TextSandbox } from '../text/sandbox/sandbox';
import { throwIfCancelled, UnsupportedError } from '../util/errors';
import { deepFreeze } from '../util/freeze';
import type { Work } from '../util/work';
import { Handles } from './handle';

/** Facts that the files themselves do not state. */
export interface OpenOptions {
  /** Names the model in messages; the first file's name when it is left out. */
  readonly label?: string;
  /** tokenizer.ggml.pre by llama.cpp's name, for a Hugging Face vocabulary that no known one matches. */
  readonly preTokenizer?: string;
  /**
   * Worker for what the files bring along, chat templates and expressions of tokenizers. The entries for Node and for
   * browsers bring one of their own; without any, what needs it throws UnsupportedError.
   */
  readonly sandbox?: TextSandbox;
}

/** A tensor as the file has it. `shape` is in ggml's order: row width first. */
export interface TensorInfo {
  readonly name: string;
  readonly shape: readonly number[];
  /** ggml type. */
  readonly type: string;
  readonly sizeBytes: number;
}

export const files = new Handles<Model, ModelFile>('model');

const texts = new WeakMap<ModelFile, ModelText | string>();

/** The text of a model. @throws UnsupportedError when it has no vocabulary that can be used. */
export function textOfFile(file: ModelFile): ModelText {
  const text = texts.get(file) ?? textOf(file, undefined);
  if (typeof text === 'string') throw new UnsupportedError(text);
  return text;
}

/** An opened model: its header. Weights are read when they are needed, in slices. Made by openModel. */
export class Model {
  readonly label: string;
  /** general.architecture. */
  readonly architecture: string;
  readonly parameters: number;
  readonly sizeBytes: number;
  /** Tokens that the model was trained to see at once; null for an architecture that cannot run here. */
  readonly contextLength: number | null;
  /** Null when the model can generate here; otherwise the reason. It can be quantized all the same. */
  readonly blocked: string | null;
  readonly hasChatTemplate: boolean;
  /** Level of a quantized checkpoint in words, as "GPTQ 4-bit, group 128"; null for others. Its tensors are F32. */
  readonly quantizedAs: string | null;
  readonly tensors: readonly TensorInfo[];
  /** Assumptions of the reader that a person should know of. */
  readonly notes: readonly string[];

  /** @internal */
  constructor(file: ModelFile, text: ModelText | string) {
    const {
      label,
      architecture,
      parameters,
      sizeBytes,
      contextLength,
      blocked,
      hasChatTemplate,
      quantizedAs,
      tensors,
      notes,
    } = summarize(file, text);
    this.label = label;
    this.architecture = architecture;
    this.parameters = parameters;
    this.sizeBytes = sizeBytes;
    this.contextLength = contextLength;
    this.blocked = blocked;
    this.hasChatTemplate = hasChatTemplate;
    this.quantizedAs = quantizedAs;
    this.tensors = tensors;
    this.notes = notes;
    files.keep(this, file);
    deepFreeze(this.tensors);
    deepFreeze(this.notes);
    Object.freeze(this);
  }
  /** GGUF metadata by key, in the order of the file; a checkpoint has the keys that convert_hf_to_gguf.py writes. */
  get metadata(): ReadonlyMap<string, MetaValue> {
    return new Map(files.get(this).metadata);
  }
}

/**
 * Opens a GGUF (one file or all its splits) or the files of a Hugging Face folder, in any order. Reads headers only.
 *
 * @throws FileError that names the file, the place, what was found and what was expected; UnsupportedError.
 */
export async function openModel(
  source: ByteSource | readonly ByteSource[],
  options: OpenOptions = {},
  work: Pick<Work, 'signal'> = {},
): Promise<Model> {
  const all = 'read' in source ? [source] : source;
  const { preTokenizer, sandbox, label = all[0]?.name ?? 'model' } = options;
  throwIfCancelled(work.signal);
  const convert = preTokenizer === undefined ? {} : { preTokenizer };
  const file = await openFiles(all, label, convert, { signal: work.signal, sandbox });
  throwIfCancelled(work.signal);
  const text = textOf(file, sandbox);
  texts.set(file, text);
  return new Model(file, text);
}
