import type { TensorSource } from '../../files/model-file';
import type { Config } from './checkpoint/config';
import type { MetadataWriter } from './metadata/metadata-writer';
import type { NameTable } from './checkpoint/names';
import type { VocabularyRule } from './vocabulary/vocabulary';

/** How the checkpoints of an architecture become GGUF. */
export interface HuggingFaceSource {
  /** config.json "architectures". */
  readonly classes: readonly string[];
  readonly names: NameTable;
  /** Writes the architecture's metadata, in the reference converter's order. */
  parameters(config: Config, out: MetadataWriter): void;
  readonly vocabulary: VocabularyRule;
  /** tokenizer.ggml.pre of the architecture's own models, among names that mean the same. */
  readonly preTokenizer?: string;
  /** Tensors that the conversion computes; may write metadata before all other. */
  extra?(config: Config, out: MetadataWriter): TensorSource[];
  /** Tensors that are left out. */
  skips?(name: string): boolean;
  /** What a tensor becomes, under its GGUF name; itself where nothing is to be done. */
  change?(tensor: TensorSource, config: Config): TensorSource | TensorSource[];
}
