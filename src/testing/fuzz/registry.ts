import type { AnyFuzzer } from './reader';
import { configJson } from './readers/config';
import { folder } from './readers/folder';
import { gguf } from './readers/gguf';
import { hub } from './readers/hub';
import { imatrixDat, imatrixGguf } from './readers/imatrix';
import { recipe } from './readers/recipe';
import { report } from './readers/report';
import { safetensors } from './readers/safetensors';
import { sentencePiece } from './readers/sentencepiece';
import { split } from './readers/split';
import { tokenizerJson } from './readers/tokenizer';

/** A fuzzer for each reader. */
export const fuzzers: readonly AnyFuzzer[] = [
  gguf,
  safetensors,
  sentencePiece,
  tokenizerJson,
  configJson,
  imatrixDat,
  imatrixGguf,
  recipe,
  report,
  split,
  hub,
  folder,
];
