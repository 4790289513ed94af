// The public engine of nibble-studio. Nothing else is public.
export type { DeviceCapabilities } from './device/capabilities';
export type { PathErrors } from './device/check-paths';
export type { Tuning, TuningStore } from './device/tune';
export type { KlDivergence, Perplexity } from './evaluate/quality-numbers';
export type { ByteSink } from './files/byte-sink';
export { MemorySink } from './files/byte-sink';
export { type ByteSource, blobSource, memorySource } from './files/byte-source';
export type { MetaValue, Scalar } from './files/gguf/metadata';
export type { HttpOptions } from './files/hub/http';
export { type HubSource, openHub } from './files/hub/hub';
export type { AdapterFacts, Arithmetic, Numerics } from './gpu/gpu';
export type { Subgroup, SubgroupKind } from './gpu/subgroups';
export type { SamplingOptions } from './infer/engine';
export type { GeneratedPiece, GenerateResult } from './infer/generate';
export type { KvType } from './model/kv-cache';
export type { ComputePath, ComputePaths } from './model/runtime';
export type { TypeOverride } from './model/tensor-choice';
export type { ExportReport, WriteProgress } from './pipeline/export';
export type { TensorError } from './pipeline/tensor-error';
export type { ChatMessage } from './text/chat-template';
export type { Disposable } from './util/dispose';
export {
  CancelledError,
  DeviceLostError,
  FileError,
  GpuError,
  NibbleError,
  PreTokenizerError,
  RefusedError,
  UnsupportedError,
} from './util/errors';
export type { RunProgress, Work } from './util/work';
export type { Sources } from './wgsl/link';
export {
  createDevice,
  Device,
  deviceDescriptor,
  type DeviceOptions,
  type MemoryUse,
} from './api/device';
export {
  collectImportanceMatrix,
  findRecipe,
  measureKlDivergence,
  measurePerplexity,
  readImportanceMatrix,
  type RecipeOptions,
  type TextOptions,
} from './api/measure';
export { Model, openModel, type OpenOptions, type TensorInfo } from './api/model';
export {
  type ImportanceMatrix,
  type Level,
  LevelPlan,
  levels,
  type OutType,
  planConversion,
  planLevel,
  type PlannedTensorInfo,
  type QuantizeOptions,
  type Recipe,
} from './api/plan';
export {
  type GenerateOptions,
  load,
  type LoadOptions,
  TextModel,
} from './api/text-model';
export { type SplitOptions, writeGguf, writeGgufSplit } from './api/write';
