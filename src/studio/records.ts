import type { KvType } from '../model/kv-cache';
import type { ChatMessage } from '../text/conversation';
import type { SpeedResult } from '../infer/benchmark';
import type { SpeedBound } from '../device/roofline';
import type { SamplingOptions } from '../infer/engine';
import type { TensorError } from '../pipeline/tensor-error';

// Messages from the studio to the page, and records that the browser stores.

/** A level in GPU memory, and its quantization error. */
export interface LevelSummary {
  readonly type: string;
  readonly weightBytes: number;
  readonly elapsedMs: number;
  readonly sourceBytes: number;
  readonly errors: readonly TensorError[];
  /** RMS error over all weights, relative to their RMS. */
  readonly error: number;
}

/** Speed and memory of a level, as they were measured. */
export interface RunRecord {
  readonly type: string;
  readonly adapter: string;
  /** Absent in records of versions that did not state it. */
  readonly kvType?: KvType;
  readonly fileBytes: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
  /** Milliseconds since 1970. */
  readonly measuredMs: number;
  readonly speed: SpeedResult;
  /** Roofline of the device for this level. */
  readonly bound: SpeedBound;
}

/** A request to collect an importance matrix. */
export interface CalibrationRequest {
  /** Level that evaluates the text. */
  readonly type: string;
  readonly textLabel: string;
  readonly text: string;
  readonly context: number;
}

/** A request to measure the sensitivity of each tensor. */
export interface SearchRequest {
  readonly base: string;
  readonly text: string;
  readonly context: number;
  readonly chunks: number;
}

/** The importance matrix in use. */
export interface ImatrixSummary {
  /** Identifies the matrix; results measured with it are stored under this key. */
  readonly fingerprint: string;
  readonly label: string;
  readonly tensors: number;
  /** Tensors of the open model that the matrix has entries for. */
  readonly matching: number;
  readonly chunks: number;
  /** The text that it was collected from, which a file's header names; journals of earlier versions have none. */
  readonly dataset?: string;
}

/** A prompt for a level: `messages` or `prompt`. */
export interface PromptRequest {
  readonly type: string;
  /** A conversation for the chat template, or a text to continue. */
  readonly messages?: readonly ChatMessage[];
  readonly prompt?: string;
  readonly maxTokens: number;
  readonly sampling: SamplingOptions;
  /** Texts that end the answer and are not in it. */
  readonly stop?: readonly string[];
  /** Likeliest tokens told with each token of `generate`, in events of kind `ranked`: at most 4; off when left out. */
  readonly topLogprobs?: number;
}
