import type { KvType } from '../model/kv-cache';
import type { KlDivergence } from './quality-numbers';

/** A wish to know how far a level is from a base. */
export interface QualityRequest {
  readonly type: string;
  readonly base: string;
  readonly textLabel: string;
  readonly text: string;
  readonly context: number;
  /** Chunks of the text; null chooses as many as fit the budget. */
  readonly chunks: number | null;
  readonly budgetMs: number;
}

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
  /** Since 1970. */
  readonly measuredMs: number;
  /** Layer by layer: the two levels did not fit beside each other. */
  readonly paged?: boolean;
  readonly measured: KlDivergence;
}
