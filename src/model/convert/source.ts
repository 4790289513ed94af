import type { TensorSource } from '../../files/model-file';
import type { Config } from './checkpoint/config';
import type { MetadataWriter } from './metadata/metadata-writer';
import type { NameTable } from './checkpoint/names';
import type { VocabularyRule } from './vocabulary/vocabulary';

/** Conversion of an architecture's Hugging Face checkpoints to GGUF. */
export interface HuggingFaceSource {
  /** config.json "architectures". */
  readonly classes: readonly string[];
  readonly names: NameTable;
  /** The head is the embedding where config.json does not say. Source: the classes' defaults in transformers. */
  readonly tied?: boolean;
  /** Writes the architecture's metadata in the order of convert_hf_to_gguf.py. */
  parameters(config: Config, out: MetadataWriter): void;
  readonly vocabulary: VocabularyRule;
  /** tokenizer.ggml.pre of the architecture's models, preferred among equivalent names. */
  readonly preTokenizer?: string;
  /** Computes additional tensors. It runs before `parameters`, so metadata that it writes comes first. */
  extra?(config: Config, out: MetadataWriter): TensorSource[];
  /** Returns true for tensors to omit. */
  skips?(name: string): boolean;
  /** Transforms a tensor, which has its GGUF name. The default keeps it. */
  change?(tensor: TensorSource, config: Config): TensorSource | TensorSource[];
}
