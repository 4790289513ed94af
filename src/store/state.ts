import type { PathDifference } from '../infer/compare-paths';
import type { KvType } from '../model/kv-cache';
import type { TensorError } from '../pipeline/tensor-error';
import type { WriteProgress } from '../pipeline/export';
import type { QualityRecord } from '../evaluate/quality-records';
import type { ImatrixSummary, RunRecord } from '../studio/records';
import type { TensorInspection } from '../pipeline/inspect';
import type { MixSummary, SearchSummary } from '../studio/mixes';
import type { ScoredToken } from '../evaluate/side-by-side';
import type { ModelSummary, PlanRow } from '../studio/summary';
import type { ChatMessage } from '../text/chat-template';
import type { Report } from './results/report';
import type { DeviceReport, EngineLists, MemoryReport } from '../worker/protocol';

export interface Problem {
  /** Where it belongs on the page. */
  readonly place: 'open' | 'device' | 'levels' | 'run' | 'compare';
  /** Class of the error. */
  readonly name: string;
  readonly message: string;
  readonly hint: string;
}

/** A model that was open before. */
export interface LibraryEntry {
  readonly id: string;
  readonly label: string;
  readonly kind: 'files' | 'hub';
  readonly architecture: string;
  readonly parameters: number;
  readonly sizeBytes: number;
  /** Since 1970. */
  readonly openedMs: number;
  readonly preTokenizer?: string;
}

/** A quantized result in the browser's own storage. */
export interface KeptFile {
  readonly name: string;
  readonly sizeBytes: number;
}

export interface Library {
  readonly entries: readonly LibraryEntry[];
  readonly kept: readonly KeptFile[];
  /** What of which repository of a hub is on the disk. */
  readonly downloads: readonly { readonly repository: string; readonly sizeBytes: number }[];
  readonly usedBytes: number;
  readonly quotaBytes: number;
  /** The browser keeps nothing for this page. */
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
  readonly label: string;
  readonly progress: WriteProgress | null;
  readonly startedMs: number;
  /** Runs done of a benchmark. */
  readonly run: { readonly done: number; readonly total: number } | null;
}

export interface LevelState {
  readonly type: string;
  readonly elapsedMs: number;
  readonly sourceBytes: number;
  readonly errors: readonly TensorError[];
  readonly error: number;
}

export interface ExportState {
  readonly type: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly checkedBlocks: number;
}

export interface Sampling {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly seed: number;
  readonly maxTokens: number;
}

export interface Timing {
  readonly timeToFirstTokenMs: number;
  readonly promptTokensPerSecond: number;
  readonly tokensPerSecond: number;
  readonly tokens: number;
  readonly evaluated: number;
  readonly stopped: string;
}

/** How levels are measured. */
export interface Laboratory {
  readonly quality: boolean;
  readonly speed: boolean;
  /** Level that others are compared with; null takes the source's precision. */
  readonly base: string | null;
  readonly text: 'held-out' | 'own';
  readonly context: number;
  /** For each level. */
  readonly budgetSeconds: number;
}

/** Many levels being measured; the same conditions for all of them. */
export interface Sweep {
  readonly types: readonly string[];
  readonly quality: boolean;
  readonly speed: boolean;
  readonly base: string;
  readonly textLabel: string;
  readonly context: number;
  /** Chunks of the text that every level gets; null until the first has shown how many fit the budget. */
  readonly chunks: number | null;
  readonly budgetMs: number;
  /** Since 1970. */
  readonly startedMs: number;
}

export interface StudioState {
  /** Empty until the engine has told them. */
  readonly lists: EngineLists;
  readonly device: DeviceReport | null;
  /** Why there is no GPU; null while unknown or when there is one. */
  readonly noGpu: string | null;
  /** How far the fast paths of a level were found to be from the reference mode. */
  readonly difference: { readonly type: string; readonly is: PathDifference } | null;
  readonly model: ModelSummary | null;
  readonly imatrix: ImatrixSummary | null;
  /** The file of a matrix that was collected here. */
  readonly imatrixFile: Blob | null;
  readonly plan: readonly PlanRow[];
  readonly context: number;
  readonly kvType: KvType;
  readonly fallbackToF16: boolean;
  readonly strict: boolean;
  readonly selected: readonly string[];
  readonly levels: Readonly<Record<string, LevelState>>;
  readonly exports: Readonly<Record<string, ExportState>>;
  readonly memory: MemoryReport | null;
  readonly job: Job | null;
  readonly problem: Problem | null;
  readonly runType: string;
  readonly mode: 'chat' | 'completion' | 'side';
  /** What levels wrote after one prompt, each with its tokens. */
  readonly side: readonly { readonly type: string; readonly tokens: readonly ScoredToken[] }[];
  readonly chat: readonly ChatMessage[];
  readonly completion: string;
  readonly answer: string;
  readonly timing: Timing | null;
  readonly sampling: Sampling;
  readonly rendered: {
    readonly text: string;
    readonly ids: readonly number[];
    readonly stops: readonly string[];
  } | null;
  readonly runs: readonly RunRecord[];
  readonly qualities: readonly QualityRecord[];
  readonly lab: Laboratory;
  /** A text of the person's own to measure on. */
  readonly ownText: { readonly label: string; readonly text: string } | null;
  /** A tensor that is looked at. */
  readonly inspection: TensorInspection | null;
  /** A report of another device or day. */
  readonly report: Report | null;
  /** What a search found, and the mix that is looked at. */
  readonly search: SearchSummary | null;
  readonly mix: MixSummary | null;
  /** Size asked for; the mix follows it a moment later. */
  readonly mixBudgetBytes: number | null;
  /** Begun and not at its end. */
  readonly sweep: Sweep | null;
  readonly library: Library;
}

/** What is made and measured of a model, before anything is: with another model or another matrix it all starts anew. */
export const nothingMade = {
  levels: {},
  exports: {},
  runs: [],
  qualities: [],
  sweep: null,
  search: null,
  mix: null,
  mixBudgetBytes: null,
  inspection: null,
  difference: null,
  side: [],
} satisfies Partial<StudioState>;

export const initialState: StudioState = {
  ...nothingMade,
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
  runType: 'Q8_0',
  mode: 'completion',
  chat: [],
  completion: 'Once upon a time',
  answer: '',
  timing: null,
  sampling: { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.05, seed: 1, maxTokens: 256 },
  rendered: null,
  lab: { quality: true, speed: true, base: null, text: 'held-out', context: 256, budgetSeconds: 15 },
  ownText: null,
  report: null,
  library: { entries: [], kept: [], downloads: [], usedBytes: 0, quotaBytes: 0, denied: false },
};
