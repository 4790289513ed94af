import type { KvType } from '../model/kv-cache';
import type { KlDivergence } from './quality-numbers';

/** A request to compare a level with a base. */
export interface QualityRequest {
  readonly type: string;
  readonly base: string;
  readonly textLabel: string;
  readonly text: string;
  readonly context: number;
  /** Chunks of the text; null takes as many as fit `budgetMs`. */
  readonly chunks: number | null;
  readonly budgetMs: number;
}

/** Quality of a level, as it was measured. */
export interface QualityRecord {
  readonly type: string;
  readonly base: string;
  readonly adapter: string;
  readonly fileBytes: number;
  readonly textLabel: string;
  readonly context: number;
  readonly kvType: KvType;
  readonly chunks: number;
  readonly elapsedMs: number;
  /** Milliseconds since 1970. */
  readonly measuredMs: number;
  /** Set when the levels did not fit the device together and ran layer by layer. */
  readonly paged?: boolean;
  readonly measured: KlDivergence;
}
