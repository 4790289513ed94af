import type { QualityRecord } from '../../evaluate/quality-records';
import type { ExpectedLoss } from './expected';
import type { Difference } from './loss';

/** A level that may be taken, with what is known of it. */
export interface Candidate {
  readonly type: string;
  readonly fileBytes: number;
  /** GPU memory of weights, cache and work space at the chosen context; null where it is not known. */
  readonly memoryBytes: number | null;
  readonly measured: QualityRecord | null;
  /** Counts only where nothing was measured. */
  readonly expected: ExpectedLoss | null;
  /** Median of generation; null where it was not measured. */
  readonly tokensPerSecond: number | null;
  /** The longest context that the GPU's memory holds at this level, where it is known to be more than the chosen one. */
  readonly roomTokens: number | null;
}

/** A reason as data: the page makes the sentence. KL divergences in nats. */
export type Reason =
  /** Its loss is under the limit, and no smaller level's is. `smallestSafe` and `recommended`. */
  | { readonly code: 'smallestUnder'; readonly limitKl: number }
  /** No level that fits is close; this one is the closest, and safe. `recommended`. */
  | { readonly code: 'closestSafe'; readonly limitKl: number }
  /** Nothing that fits loses less. `closest`. */
  | { readonly code: 'closestThatFits' }
  /** The next smaller level loses so many times as much. */
  | { readonly code: 'lessLosesMore'; readonly type: string; readonly kl: number; readonly times: number }
  /** A smaller level may be under the limit, too: its loss is, its interval is not, or is not known. */
  | {
      readonly code: 'smallerUnsure';
      readonly type: string;
      readonly kl: number;
      readonly klHigh: number | null;
    }
  /** A closer level is too large for the GPU. */
  | { readonly code: 'closerTooLarge'; readonly type: string; readonly overBytes: number }
  /** The level itself is too large. */
  | { readonly code: 'tooLarge'; readonly overBytes: number }
  /** The file is so many times smaller than the baseline's. */
  | { readonly code: 'timesSmaller'; readonly times: number }
  /** It generates at so many times the baseline's speed here. */
  | { readonly code: 'timesFaster'; readonly times: number }
  /** There is room for a longer context. */
  | { readonly code: 'room'; readonly contextTokens: number }
  /** Fewer tokens than the minimum were scored: say so, and that so many more are needed. */
  | { readonly code: 'fewTokens'; readonly tokens: number; readonly moreTokens: number }
  /** One chunk: there is no telling how sure the figure is. */
  | { readonly code: 'noInterval' }
  /** Not measured on this model. */
  | { readonly code: 'expected'; readonly expected: ExpectedLoss };

/** A level on the front that cannot be told from the chosen one. */
export interface Tie {
  readonly type: string;
  /** Bytes of its file less those of the chosen one. */
  readonly moreBytes: number;
  /** Its loss less that of the chosen one. */
  readonly difference: Difference;
  /** About how many tokens more would tell; null where nobody knows, or nobody would wait. */
  readonly moreTokens: number | null;
}

export interface Choice {
  readonly type: string;
  readonly basis: 'measured' | 'expected';
  /** Measured on enough tokens, with a loss whose 95 % interval is on the right side of the limit. */
  readonly sure: boolean;
  readonly reasons: readonly Reason[];
  /** Too close to call between the chosen level and these, smallest file first. */
  readonly tooClose: readonly Tie[];
}

/** A neighbour on the front that is clearly closer, or clearly farther, and its price in bytes. */
export interface Trade {
  readonly type: string;
  /** More bytes of the file, or fewer. */
  readonly bytes: number;
  readonly difference: Difference;
  /** Its speed over that of the chosen level; null where one was not measured. */
  readonly speedRatio: number | null;
}

export interface Advice {
  /** The smallest level that loses little enough to be safe; null where none does. */
  readonly smallestSafe: Choice | null;
  /** Null where nothing safe fits. */
  readonly recommended: Choice | null;
  /** Of what fits, the least loss; null where nothing smaller than the baseline fits. */
  readonly closest: Choice | null;
  /** The nearest larger level that is clearly closer than the recommended one, and fits. */
  readonly closer: Trade | null;
  /** The nearest smaller level that is clearly farther. */
  readonly smaller: Trade | null;
  /** Of the measurement with the fewest tokens; null where nothing was measured. */
  readonly tokens: { readonly scored: number; readonly minimum: number; readonly more: number } | null;
}
