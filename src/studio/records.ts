import type { ChatMessage } from '../text/chat-template';
import type { SpeedResult } from '../infer/benchmark';
import type { SpeedBound } from '../device/roofline';
import type { SamplingOptions } from '../infer/engine';
import type { TensorError } from '../pipeline/tensor-error';

// What the studio tells of its work.

export interface LevelSummary {
  readonly type: string;
  readonly weightBytes: number;
  readonly elapsedMs: number;
  readonly sourceBytes: number;
  readonly errors: readonly TensorError[];
  /** RMS error over all weights, relative to their RMS. */
  readonly error: number;
}

export interface RunRecord {
  readonly type: string;
  readonly adapter: string;
  readonly fileBytes: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
  /** Since 1970. */
  readonly measuredMs: number;
  readonly speed: SpeedResult;
  /** What the device allows at most. */
  readonly bound: SpeedBound;
}

/** A wish for an importance matrix. */
export interface CalibrationRequest {
  /** Level that runs the text. */
  readonly type: string;
  readonly textLabel: string;
  readonly text: string;
  readonly context: number;
}

/** A wish to know what each tensor is worth. */
export interface SearchRequest {
  readonly base: string;
  readonly text: string;
  readonly context: number;
  readonly chunks: number;
}

/** An importance matrix in use. */
export interface ImatrixSummary {
  /** Tells it from other matrices: what was measured with it is kept under this. */
  readonly fingerprint: string;
  readonly label: string;
  readonly tensors: number;
  /** Tensors of the open model that it speaks of. */
  readonly matching: number;
  readonly chunks: number;
}

export interface PromptRequest {
  readonly type: string;
  /** A conversation through the model's template, or a text to continue. */
  readonly messages?: readonly ChatMessage[];
  readonly prompt?: string;
  readonly maxTokens: number;
  readonly sampling: SamplingOptions;
}
