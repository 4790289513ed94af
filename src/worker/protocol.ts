import type { FoundRepository, Offer, Repository } from '../files/hub/catalog';
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
import type { AskedContexts } from '../studio/speed';
import type { RankedToken, ScoredToken } from '../infer/scored-token';
import type { TokenizedText } from '../studio/prompt';
import type { PartKind } from '../text/marks';
import type { ModelSummary, PlanRow, PlanSettings } from '../studio/summary';
import type { ExportRequest, TakenExport } from '../browser/disk/exports';
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

/** A repository's models, each with the level that its name ends with; null where it ends with none. */
export interface OfferedRepository extends Omit<Repository, 'offers'> {
  readonly offers: readonly (Offer & { readonly level: string | null })[];
}

/** A file that was written by the worker. */
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

/** The calls of the engine. `type` is the name of a level of the open model, or of a mix that was added. */
export interface Calls {
  /** Needs neither a device nor a model. */
  lists(): EngineLists;
  /** Searches the hub by words. */
  searchHub(words: string): readonly FoundRepository[];
  /** Lists what an address of a hub offers; no file is read. The access token is kept in memory only. */
  lookAtHub(address: string, token: string | undefined): OfferedRepository;
  /** Opens the device; rejects with UnsupportedError where there is no WebGPU. */
  device(): DeviceCapabilities;
  /** `path` keeps the folder names of dropped files. */
  open(
    files: readonly { readonly path: string; readonly file: Blob }[],
    label: string,
    options: ConvertOptions,
  ): ModelSummary;
  /** Opens a model of a hub; the access token is kept in memory only. */
  openHub(address: string, token: string | undefined, options: ConvertOptions): ModelSummary;
  /** Closes the open model, and gives all its memory back. */
  close(): void;
  /** Deletes the cached blocks of a repository. */
  deleteDownload(repository: string): void;
  /** True for a single file that is an importance matrix. */
  isImatrix(files: readonly { readonly path: string; readonly file: Blob }[]): boolean;
  /** Null removes the importance matrix. */
  useImatrix(file: { readonly path: string; readonly file: Blob } | null): ImatrixSummary | null;
  /** Plans every level of the open model. No weight is read. */
  plan(settings: PlanSettings): PlanRow[];
  /** Quantizes a level into GPU memory. */
  prepare(type: string): LevelSummary;
  /** Gives the GPU memory of a level back. */
  release(type: string): void;
  /** The prompt that a request becomes: text, token ids, and the texts of the stop tokens. */
  prompt(request: PromptRequest): { text: string; ids: number[]; stops: string[] };
  /** Tokens of a text, with the piece of it that each stands for. */
  tokenize(text: string): TokenizedText;
  /** Answers, with events of kind `token`, and of kind `ranked` if the request has `topLogprobs`. The level is prepared where it is not. */
  generate(request: PromptRequest): GenerateResult;
  /** Like `generate`, with the probability of each token. */
  write(request: PromptRequest): ScoredToken[];
  /** Measures prompt and decode speed of a level, in tokens a second; of decoding at each context that is asked for, too. */
  benchmark(type: string, contexts?: AskedContexts): RunRecord;
  /** Measures perplexity and KL divergence of a level from a base over a text. */
  quality(request: QualityRequest): QualityRecord;
  /** Collects an importance matrix and sets it, under a name; `file` is a llama-imatrix GGUF. */
  collectImatrix(request: CalibrationRequest, name: string): { summary: ImatrixSummary; file: Blob };
  /** Measures the sensitivity of each tensor; `mix` and `addMix` use the result. */
  search(request: SearchRequest): SearchSummary;
  /** The mix of at most so many bytes, by the last `search`. */
  mix(budgetBytes: number): MixSummary;
  /** Adds a mix as a level; returns the level's name. */
  addMix(budgetBytes: number): string;
  /** Adds a saved recipe as a level; returns the level's name. */
  addRecipe(label: string, text: string): string;
  /** Looks at one tensor before and after quantizing, by the reference codec. */
  inspect(type: string, name: string, row: number, block: number): TensorInspection;
  /** Compares the fast compute paths with the reference mode over a text. */
  difference(type: string): PathDifference;
  /** Writes the GGUF of a level straight to its target. Nothing of it survives the tab. */
  export(type: string, target: ExportTarget): ExportResult;
  /** Begins an export in the private file system, where it survives the tab; returns its id. */
  beginExport(request: ExportRequest): string;
  /** Writes a file of an export, from where it stands. */
  exportFile(id: string, file: number): ExportReport;
  /** Hands a whole file over: into the file of a save dialog, into the library, or as what a download reads. */
  deliverExport(id: string, file: number, target: FileSystemFileHandle | null): Blob | null;
  /** Takes over the export of a tab that is gone, on the same model, with its importance matrix and mixes. */
  takeExport(id: string): TakenExport;
  /** Deletes an export of this tab, or of one that is gone. */
  dropExport(id: string): void;
}

/** GPU memory in bytes by owner, and the levels in it. */
export interface MemoryReport {
  readonly currentBytes: number;
  readonly peakBytes: number;
  readonly owners: readonly { readonly owner: string; readonly sizeBytes: number }[];
  /** Resident levels. */
  readonly levels: readonly string[];
}

/** An event of a running call. */
export type EngineEvent =
  | { readonly kind: 'progress'; readonly progress: WriteProgress }
  /** Text of an answer, and of which part it is. */
  | { readonly kind: 'token'; readonly part: PartKind; readonly text: string }
  /** Tokens of an answer with their likeliest alternatives, in order; their texts in order are the text so far. */
  | { readonly kind: 'ranked'; readonly tokens: readonly RankedToken[] }
  /** The device was lost; the answer starts again. */
  | { readonly kind: 'restart' }
  /** Kernels are compiled for a level, before it runs for the first time. */
  | { readonly kind: 'kernels'; readonly done: number; readonly total: number }
  | { readonly kind: 'run'; readonly done: number; readonly total: number }
  | { readonly kind: 'memory'; readonly memory: MemoryReport };

/** A message to the worker: a call, the number of a call to cancel, or a question for a sign of life. */
export type ToWorker =
  | { readonly ping: number }
  | { readonly id: number; readonly call: keyof Calls; readonly args: readonly unknown[] }
  | { readonly cancel: number };

/**
 * A message of the worker: an event of a call, its result, or its error; a sign of life; the name of the lock that it
 * holds for as long as it lives.
 */
export type FromWorker =
  | { readonly pong: number }
  | { readonly lock: string }
  | { readonly id: number; readonly event: EngineEvent }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: WireError };
