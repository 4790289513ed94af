/**
 * The studio's engine in a Web Worker, with typed calls: a page stays responsive while it works. One model is open at a
 * time, and calls run one after another.
 *
 * @packageDocumentation
 */

import { EngineClient, type Supervision } from './client';

export type { QualityRecord, QualityRequest } from '../evaluate/quality-records';
export type { RankedToken, ScoredToken } from '../infer/scored-token';
export type { SpeedBound } from '../device/roofline';
export type { ContextEnd, ContextSpeed, SpeedByContext, SpeedResult, Spread } from '../infer/benchmark';
export type { PathDifference } from '../infer/compare-paths';
export type { ConvertOptions } from '../model/convert/folder';
export type { TensorInspection } from '../pipeline/inspect';
export type { MixSummary, SearchSummary } from '../studio/mixes';
export type {
  CalibrationRequest,
  ImatrixSummary,
  LevelSummary,
  PromptRequest,
  RunRecord,
  SearchRequest,
} from '../studio/records';
export type { FoundRepository, Offer, Repository } from '../files/hub/catalog';
export type { Dimensions, MetadataRow, ModelCard, Origin } from '../studio/card';
export type { TokenizedText } from '../studio/prompt';
export type { AskedContexts } from '../studio/speed';
export type { ModelSummary, PlanRow, PlanSettings, TensorRow } from '../studio/summary';
export type { ExportRequest, TakenExport } from '../browser/disk/exports';
export type { OpenedFrom } from '../browser/disk/journal';
export type { WireError } from '../util/errors';
export { EngineClient, type Port, type Running, type Supervision } from './client';
export type {
  Calls,
  EngineLists,
  EngineEvent,
  ExportResult,
  ExportTarget,
  FromWorker,
  MemoryReport,
  OfferedRepository,
  ToWorker,
} from './protocol';

/** Starts a worker with the engine in it. Bundlers that know `new URL(..., import.meta.url)` pack it by themselves. */
export const startEngine = (supervision: Supervision = {}): EngineClient =>
  new EngineClient(
    () => new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' }),
    supervision,
  );
