import type { DeviceCapabilities } from '../device/capabilities';
import type { ConvertOptions } from '../model/convert/folder';
import type { KvType } from '../model/kv-cache';
import type { PathDifference } from '../infer/compare-paths';
import type { ExportReport, WriteProgress } from '../pipeline/export';
import type { GenerateResult } from '../infer/generate';
import type { TensorInspection } from '../pipeline/inspect';
import type { QualityRecord, QualityRequest } from '../evaluate/quality-records';
import type {
  CalibrationRequest,
  ImatrixSummary,
  LevelSummary,
  PromptRequest,
  RunRecord,
  SearchRequest,
} from '../studio/records';
import type { MixSummary, SearchSummary } from '../studio/mixes';
import type { ScoredToken } from '../evaluate/side-by-side';
import type { ModelSummary, PlanRow, PlanSettings } from '../studio/summary';
import type { WireError } from '../util/errors';

// Messages between the page and the worker; types only. A new call takes a line here and a function in host.ts.

/**
 * Destination of an export: a save dialog's handle, the origin private file system (memory if denied) for a download
 * link, or the library in that file system.
 */
export type ExportTarget =
  | { readonly handle: FileSystemFileHandle }
  | { readonly download: string }
  | { readonly keep: string };

export interface ExportResult extends ExportReport {
  /** Set when the page must offer the file as a download. */
  readonly file: Blob | null;
}

/** Names that the page lets a person choose from. */
export interface EngineLists {
  readonly kvTypes: readonly KvType[];
  /** llama.cpp's names of pre-tokenizers, in order. */
  readonly preTokenizers: readonly string[];
}

export interface Calls {
  /** Needs neither a device nor a model. */
  lists(): EngineLists;
  device(): DeviceCapabilities;
  /** `path` keeps the folder names of dropped files. */
  open(
    files: readonly { readonly path: string; readonly file: Blob }[],
    label: string,
    options: ConvertOptions,
  ): ModelSummary;
  /** Opens a model of a hub; the access token is kept in memory only. */
  openHub(address: string, token: string | undefined, options: ConvertOptions): ModelSummary;
  /** Deletes the cached blocks of a repository. */
  deleteDownload(repository: string): void;
  /** True for a single file that is an importance matrix. */
  isImatrix(files: readonly { readonly path: string; readonly file: Blob }[]): boolean;
  /** Null removes the importance matrix. */
  useImatrix(file: { readonly path: string; readonly file: Blob } | null): ImatrixSummary | null;
  plan(settings: PlanSettings): PlanRow[];
  prepare(type: string): LevelSummary;
  release(type: string): void;
  prompt(request: PromptRequest): { text: string; ids: number[]; stops: string[] };
  generate(request: PromptRequest): GenerateResult;
  /** Like `generate`, with the probability of each token. */
  write(request: PromptRequest): ScoredToken[];
  benchmark(type: string): RunRecord;
  quality(request: QualityRequest): QualityRecord;
  /** Collects an importance matrix and sets it, under a name; `file` is a llama-imatrix GGUF. */
  collectImatrix(request: CalibrationRequest, name: string): { summary: ImatrixSummary; file: Blob };
  /** Measures the sensitivity of each tensor; `mix` and `addMix` use the result. */
  search(request: SearchRequest): SearchSummary;
  mix(budgetBytes: number): MixSummary;
  /** Adds a mix as a level; returns the level's name. */
  addMix(budgetBytes: number): string;
  /** Adds a saved recipe as a level; returns the level's name. */
  addRecipe(label: string, text: string): string;
  inspect(type: string, name: string, row: number, block: number): TensorInspection;
  difference(type: string): PathDifference;
  export(type: string, target: ExportTarget): ExportResult;
}

export interface MemoryReport {
  readonly currentBytes: number;
  readonly peakBytes: number;
  readonly owners: readonly { readonly owner: string; readonly sizeBytes: number }[];
  /** Resident levels. */
  readonly levels: readonly string[];
}

/** An event of a running call. */
export type Event =
  | { readonly kind: 'progress'; readonly progress: WriteProgress }
  | { readonly kind: 'token'; readonly text: string }
  /** The device was lost; the answer starts again. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'run'; readonly done: number; readonly total: number }
  | { readonly kind: 'memory'; readonly memory: MemoryReport };

export type ToWorker =
  | { readonly id: number; readonly call: keyof Calls; readonly args: readonly unknown[] }
  | { readonly cancel: number };

export type FromWorker =
  | { readonly id: number; readonly event: Event }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: WireError };
