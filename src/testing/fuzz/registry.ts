import type { AnyFuzzer } from './reader';
import { reader as adapter } from './readers/adapter';
import { reader as config } from './readers/config';
import { reader as conversations } from './readers/conversations';
import { reader as folder } from './readers/folder';
import { reader as gguf } from './readers/gguf';
import { reader as hub } from './readers/hub';
import { reader as imatrixDat } from './readers/imatrix-dat';
import { reader as imatrixGguf } from './readers/imatrix-gguf';
import { reader as pytorch } from './readers/pytorch';
import { reader as quantizedCheckpoint } from './readers/quantized-checkpoint';
import { reader as recipe } from './readers/recipe';
import { reader as report } from './readers/report';
import { reader as safetensors } from './readers/safetensors';
import { reader as sentencepiece } from './readers/sentencepiece';
import { reader as split } from './readers/split';
import { reader as template } from './readers/template';
import { reader as tokenizer } from './readers/tokenizer';

/** A fuzzer for each reader, by the name of its file. */
export const fuzzers: readonly AnyFuzzer[] = [
  gguf,
  safetensors,
  sentencepiece,
  tokenizer,
  config,
  imatrixDat,
  imatrixGguf,
  recipe,
  report,
  conversations,
  split,
  hub,
  folder,
  quantizedCheckpoint,
  pytorch,
  adapter,
  template,
];
