import type { Subgroup } from '../gpu/subgroups';
import type { AdapterFacts, Arithmetic, Numerics } from '../gpu/gpu';
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
import type { ComputePaths } from '../model/runtime';
import type { ScoredToken } from '../evaluate/side-by-side';
import type { ModelSummary, PlanRow, PlanSettings } from '../studio/summary';
import type { Tuning } from '../device/tune';
import type { WireError } from '../util/errors';

// The border between the page and the engine: types only. A call is one line here and one function in host.ts.

export interface DeviceReport {
  readonly name: string;
  readonly facts: AdapterFacts;
  readonly subgroup: Subgroup;
  /** How products are made, and what was measured to choose; null where nothing was. */
  readonly paths: ComputePaths;
  readonly tuning: Tuning | null;
  readonly numerics: Numerics | null;
  readonly arithmetic: Arithmetic;
}

/**
 * Where an export goes: a save dialog's handle, the origin's private disk (else memory) for a download link, or the
 * library on that disk.
 */
export type ExportTarget =
  | { readonly handle: FileSystemFileHandle }
  | { readonly download: string }
  | { readonly keep: string };

export interface ExportResult extends ExportReport {
  /** Set when the page must offer the file itself. */
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
  device(): DeviceReport;
  /** `path` keeps the folder names of dropped files. */
  open(
    files: readonly { readonly path: string; readonly file: Blob }[],
    label: string,
    options: ConvertOptions,
  ): ModelSummary;
  /** A model on a hub, by its address; the token of a gated one stays in memory. */
  openHub(address: string, token: string | undefined, options: ConvertOptions): ModelSummary;
  /** Removes what was fetched of a repository from the disk. */
  deleteDownload(repository: string): void;
  /** Whether the files are an importance matrix, and not a model. */
  isImatrix(files: readonly { readonly path: string; readonly file: Blob }[]): boolean;
  /** Null takes it out of use. */
  useImatrix(file: { readonly path: string; readonly file: Blob } | null): ImatrixSummary | null;
  plan(settings: PlanSettings): PlanRow[];
  prepare(type: string): LevelSummary;
  release(type: string): void;
  prompt(request: PromptRequest): { text: string; ids: number[]; stops: string[] };
  generate(request: PromptRequest): GenerateResult;
  /** The same, with the probability of each token. */
  write(request: PromptRequest): ScoredToken[];
  benchmark(type: string): RunRecord;
  quality(request: QualityRequest): QualityRecord;
  /** Collects an importance matrix and takes it into use, under a name; `file` is what llama-imatrix would write. */
  collectImatrix(request: CalibrationRequest, name: string): { summary: ImatrixSummary; file: Blob };
  /** Measures what each tensor is worth; mixes follow from it. */
  search(request: SearchRequest): SearchSummary;
  mix(budgetBytes: number): MixSummary;
  /** Makes a level of a mix; its name. */
  addMix(budgetBytes: number): string;
  /** The same of a recipe that was saved. */
  addRecipe(label: string, text: string): string;
  inspect(type: string, name: string, row: number, block: number): TensorInspection;
  difference(type: string): PathDifference;
  export(type: string, target: ExportTarget): ExportResult;
  loseDevice(): void;
}

export interface MemoryReport {
  readonly currentBytes: number;
  readonly peakBytes: number;
  readonly owners: readonly { readonly owner: string; readonly sizeBytes: number }[];
  /** Levels on the device. */
  readonly levels: readonly string[];
}

/** What a running call tells, besides its result. */
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
