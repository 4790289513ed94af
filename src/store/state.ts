import type { listDownloads } from '../browser/private-store';
import type { UnfinishedExport } from '../browser/disk/unfinished';
import type { PathDifference } from '../infer/compare-paths';
import type { ConvertOptions } from '../model/convert/folder';
import type { ExportReport, WriteProgress } from '../pipeline/export';
import type { QualityRecord, QualityRequest } from '../evaluate/quality-records';
import type { ImatrixSummary, LevelSummary, RunRecord } from '../studio/records';
import type { TensorInspection } from '../pipeline/inspect';
import type { MixSummary, SearchSummary } from '../studio/mixes';
import type { ScoredToken } from '../infer/scored-token';
import type { ModelSummary, PlanRow, PlanSettings } from '../studio/summary';
import type { AnswerPart } from '../text/answer-reader';
import { initialTalk, type Sampling, type Talk, type Timing } from './chat/conversation';
import type { Report } from './results/report';
import type { Task } from './work/task';
import { NO_RATES, type Rates } from './work/estimate';
import type { DeviceCapabilities } from '../device/capabilities';
import type { Site } from '../browser/site/versions';
import type { WireError } from '../util/errors';
import type { Calls, EngineLists, EngineEvent, MemoryReport } from '../worker/protocol';

export interface Problem extends Omit<WireError, 'stack'> {
  /** Panel that shows the error. */
  readonly place: 'open' | 'device' | 'levels' | 'run' | 'compare';
}

/** A model opened before, as stored in IndexedDB. */
export interface LibraryEntry
  extends Pick<ModelSummary, 'label' | 'architecture' | 'parameters' | 'sizeBytes'>,
    ConvertOptions {
  readonly id: string;
  readonly kind: 'files' | 'hub';
  /** Milliseconds since 1970. */
  readonly openedMs: number;
}

/** A quantized file in the origin private file system. */
export interface KeptFile {
  readonly name: string;
  readonly sizeBytes: number;
}

export interface Library {
  readonly entries: readonly LibraryEntry[];
  /** Number of entries written by newer versions of the page. */
  readonly newer: number;
  readonly kept: readonly KeptFile[];
  /** Cached bytes per repository of a hub. */
  readonly downloads: Awaited<ReturnType<typeof listDownloads>>;
  /** Exports of tabs that are gone. */
  readonly unfinished: readonly UnfinishedExport[];
  readonly usedBytes: number;
  readonly quotaBytes: number;
  /** The browser denies storage to this page. */
  readonly denied: boolean;
}

export interface Job {
  readonly kind:
    | 'open'
    | 'calibrate'
    | 'search'
    | 'prepare'
    | 'generate'
    | 'benchmark'
    | 'difference'
    | 'export';
  readonly task: Task;
  /** The level that it is at, and those that wait for their turn. */
  readonly level: string | null;
  readonly waiting: readonly string[];
  readonly progress: WriteProgress | null;
  readonly startedMs: number;
  /** Compiled kernels, until all are. */
  readonly kernels: Pick<Extract<EngineEvent, { kind: 'kernels' }>, 'done' | 'total'> | null;
  /** Completed runs of a benchmark. */
  readonly run: Pick<Extract<EngineEvent, { kind: 'run' }>, 'done' | 'total'> | null;
}

export interface ExportState extends Pick<ExportReport, 'sha256' | 'sizeBytes' | 'checkedBlocks'> {
  readonly type: string;
}

export type { Sampling, Timing } from './chat/conversation';

/** Settings of the measurements. */
export interface Laboratory {
  readonly quality: boolean;
  readonly speed: boolean;
  /** Speed at contexts of several lengths, too. */
  readonly byContext: boolean;
  /** Level that others are compared with; null is the source's precision. */
  readonly base: string | null;
  readonly text: 'held-out' | 'own';
  readonly context: number;
  /** Per level. */
  readonly budgetSeconds: number;
}

/** Measurements of several levels under the same conditions; the first level decides `chunks` by `budgetMs`. */
export interface Sweep extends Omit<QualityRequest, 'type' | 'text'> {
  readonly types: readonly string[];
  readonly quality: boolean;
  readonly speed: boolean;
  /** Absent in sweeps of earlier versions, which did not measure it. */
  readonly byContext?: boolean;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
}

export interface StudioState extends PlanSettings {
  /** Empty until the engine has told them. */
  readonly lists: EngineLists;
  readonly device: DeviceCapabilities | null;
  /** Reason why there is no GPU; null while unknown or when there is one. */
  readonly noGpu: string | null;
  /** Measured difference between the fast paths and the reference mode at a level. */
  readonly difference: { readonly type: string; readonly is: PathDifference } | null;
  readonly model: ModelSummary | null;
  readonly imatrix: ImatrixSummary | null;
  /** The file of a collected matrix, for download. */
  readonly imatrixFile: Blob | null;
  readonly plan: readonly PlanRow[];
  readonly selected: readonly string[];
  readonly levels: Readonly<Record<string, LevelSummary>>;
  readonly exports: Readonly<Record<string, ExportState>>;
  readonly memory: MemoryReport | null;
  readonly job: Job | null;
  readonly problem: Problem | null;
  /** Why the engine's worker was replaced, until it is dismissed. */
  readonly engineNotice: string | null;
  readonly runType: string;
  readonly mode: 'chat' | 'completion';
  /** Answers of several levels to one prompt, with their tokens. */
  readonly side: readonly { readonly type: string; readonly tokens: readonly ScoredToken[] }[];
  readonly talk: Talk;
  readonly completion: string;
  /** The answer that is being written. */
  readonly answer: readonly AnswerPart[];
  readonly timing: Timing | null;
  readonly sampling: Sampling;
  readonly rendered: ReturnType<Calls['prompt']> | null;
  readonly runs: readonly RunRecord[];
  readonly qualities: readonly QualityRecord[];
  readonly lab: Laboratory;
  /** Speeds that were measured on this device, in this visit or an earlier one. */
  readonly rates: Rates;
  /** The user's own text for measurements. */
  readonly ownText: { readonly label: string; readonly text: string } | null;
  /** The inspected tensor. */
  readonly inspection: TensorInspection | null;
  /** A report loaded from a file, for comparison. */
  readonly report: Report | null;
  /** Result of a search, and the mix shown. */
  readonly search: SearchSummary | null;
  readonly mix: MixSummary | null;
  /** Requested size; `mix` follows asynchronously. */
  readonly mixBudgetBytes: number | null;
  /** The end of a text that a measurement of more of it came to. */
  readonly textEnd: { readonly textLabel: string; readonly context: number; readonly chunks: number } | null;
  /** An unfinished sweep. */
  readonly sweep: Sweep | null;
  /** Message about figures that the continued sweep dropped. */
  readonly sweepNote: string | null;
  readonly library: Library;
  /** Files are written straight into the place that was chosen, and not into the private file system first. */
  readonly direct: boolean;
  /** Files that do not fit into the private file system: the person is asked. */
  readonly consent: {
    readonly names: readonly string[];
    readonly wantedBytes: number;
    readonly roomBytes: number;
  } | null;
  /** An unfinished export that goes on when its model is opened. */
  readonly awaiting: UnfinishedExport | null;
  readonly site: Site;
}

/** Results that depend on the model and the importance matrix, reset when one of them changes. */
export const noResults = {
  levels: {},
  exports: {},
  runs: [],
  qualities: [],
  textEnd: null,
  sweep: null,
  sweepNote: null,
  search: null,
  mix: null,
  mixBudgetBytes: null,
  inspection: null,
  difference: null,
  side: [],
} satisfies Partial<StudioState>;

export const initialState: StudioState = {
  ...noResults,
  lists: { kvTypes: [], preTokenizers: [] },
  device: null,
  noGpu: null,
  model: null,
  imatrix: null,
  imatrixFile: null,
  plan: [],
  context: 512,
  kvType: 'F16',
  fallbackToF16: false,
  strict: false,
  selected: ['F16', 'Q8_0', 'Q4_K_M'],
  memory: null,
  job: null,
  problem: null,
  engineNotice: null,
  runType: 'Q8_0',
  mode: 'completion',
  talk: initialTalk,
  completion: 'Once upon a time',
  answer: [],
  timing: null,
  sampling: { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, seed: 1, maxTokens: 256 },
  rendered: null,
  lab: {
    quality: true,
    speed: true,
    byContext: true,
    base: null,
    text: 'held-out',
    context: 256,
    budgetSeconds: 15,
  },
  rates: NO_RATES,
  ownText: null,
  report: null,
  library: {
    entries: [],
    newer: 0,
    kept: [],
    downloads: [],
    unfinished: [],
    usedBytes: 0,
    quotaBytes: 0,
    denied: false,
  },
  direct: false,
  consent: null,
  awaiting: null,
  site: { kept: false, newVersion: 'none' },
};
