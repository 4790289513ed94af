/**
 * The engine on a GPUDevice: models, levels, files, text and measurements. It has no side effects and needs no GPU until
 * `createDevice`; opening and planning work everywhere. Everything that takes time ends early by an `AbortSignal`, and
 * every error is a `NibbleError` with a hint.
 *
 * @packageDocumentation
 */

export {
  createDevice,
  Device,
  type DeviceOptions,
  deviceDescriptor,
  type MemoryUse,
} from './api/device';
export {
  collectImportanceMatrix,
  findRecipe,
  measureKlDivergence,
  measurePerplexity,
  type RecipeOptions,
  readImportanceMatrix,
  type TextOptions,
} from './api/measure';
export { Model, type OpenOptions, openModel, type TensorInfo } from './api/model';
export {
  type ImportanceMatrix,
  type Level,
  LevelPlan,
  levels,
  type OutType,
  type PlannedTensorInfo,
  planConversion,
  planLevel,
  type Recipe,
} from './api/plan';
export {
  type GenerateOptions,
  type LoadOptions,
  load,
  TextModel,
} from './api/text-model';
export { type SplitOptions, writeGguf, writeGgufSplit } from './api/write';
export type { DeviceCapabilities } from './device/capabilities';
export type { StagedRows } from './model/long-rows';
export type { PathErrors } from './device/check-paths';
export type { Tuning, TuningStore } from './device/tune';
export type { Batches, KlDivergence, Perplexity } from './evaluate/quality-numbers';
export type { ByteSink } from './files/byte-sink';
export { MemorySink } from './files/byte-sink';
export { type ByteSource, blobSource, memorySource } from './files/byte-source';
export type { MetaValue, Scalar } from './files/gguf/metadata';
export type { HttpOptions } from './files/hub/http';
export { type HubSource, openHub } from './files/hub/hub';
export type { AdapterFacts } from './gpu/adapter';
export type { Arithmetic, Numerics } from './gpu/gpu';
export type { Subgroup, SubgroupKind } from './gpu/subgroups';
export type { SamplingOptions } from './infer/engine';
export type { Penalties } from './infer/sampling';
export type { RankedToken, ScoredToken } from './infer/scored-token';
export type { GeneratedPiece, GenerateResult } from './infer/generate';
export type { KvType } from './model/kv-cache';
export { type NamePattern, tensorPattern } from './model/pattern/pattern';
export type { ComputePath, ComputePaths } from './model/runtime';
export type { QuantizeOptions, TypeOverride } from './model/tensor-choice';
export type { ExportReport, WriteProgress } from './pipeline/export';
export type { TensorError } from './pipeline/tensor-error';
export type { AnswerPart } from './text/answer-reader';
export type { ChatMessage } from './text/conversation';
export type { PartKind } from './text/marks';
export type { TextSandbox } from './text/sandbox/sandbox';
export type { Disposable } from './util/dispose';
export {
  BudgetError,
  CancelledError,
  DeviceLostError,
  EngineEndedError,
  FileError,
  GpuError,
  NibbleError,
  PreTokenizerError,
  RefusedError,
  UnsupportedError,
} from './util/errors';
export type { LevelWork, RunProgress, Work } from './util/work';
export type { Sources } from './wgsl/link';
