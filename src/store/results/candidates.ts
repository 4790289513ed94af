// Levels to choose from, with what the plan and the measurements know of them. Pure.
import type { PlanRow } from '../../studio/summary';
import { adviceOf } from './advice';
import type { Advice, Candidate } from './advice-types';
import { expectedLoss } from './expected';
import type { ResultRow } from './results';

export interface Situation {
  readonly plan: readonly PlanRow[];
  readonly rows: readonly ResultRow[];
  /** Level that losses are measured from. */
  readonly base: string;
  /** Chosen context, and the longest that the model was made for, in tokens. */
  readonly context: number;
  readonly contextLength: number | null;
  /** Weights of the model; null where they are not known. */
  readonly parameters: number | null;
  /** GPU memory that a level may take; null where nobody knows. */
  readonly memoryBytes: number | null;
}

/**
 * The longest context of twice the chosen one, four times and so on that the model and the memory hold, if its cache grows with
 * it; null where that is no more than the chosen one, or is not known.
 */
export function roomTokens(
  { weightBytes, runtimeBytes, cacheBytes }: PlanRow,
  { context, contextLength, memoryBytes }: Pick<Situation, 'context' | 'contextLength' | 'memoryBytes'>,
): number | null {
  if (memoryBytes === null || contextLength === null || cacheBytes === 0) return null;
  const fits = (tokens: number) =>
    tokens <= contextLength &&
    weightBytes + runtimeBytes + cacheBytes * (tokens / context - 1) <= memoryBytes;
  let tokens = context;
  while (fits(2 * tokens)) tokens *= 2;
  return tokens > context ? tokens : null;
}

/** Levels that are not refused; of measured ones the figures, of others what is expected. */
export function candidatesOf(situation: Situation): Candidate[] {
  const of = situation.rows.flatMap(({ quality }) => (quality?.base === situation.base ? [quality] : []));
  const { parameters } = situation;
  return situation.plan.flatMap((row) => {
    if (row.refusal !== null) return [];
    const { type, fileBytes, weightBytes, runtimeBytes } = row;
    const found = situation.rows.find((r) => r.type === type);
    return [
      {
        type,
        fileBytes,
        memoryBytes: runtimeBytes > 0 ? weightBytes + runtimeBytes : null,
        measured: found?.quality?.base === situation.base ? found.quality : null,
        expected: expectedLoss(type, { parameters, measured: of }),
        tokensPerSecond: found?.run?.speed.tokensPerSecond.median ?? null,
        roomTokens: roomTokens(row, situation),
      },
    ];
  });
}

/** The levels to take: of `measured` levels alone, as beside the figures of a comparison, or of `all`, as before any. */
export function adviceFor(situation: Situation, among: 'measured' | 'all'): Advice {
  const { base, plan, memoryBytes } = situation;
  const all = candidatesOf(situation);
  const baseBytes = plan.find((row) => row.type === base)?.fileBytes ?? null;
  const isIn = (c: Candidate) => among === 'all' || c.type === base || c.measured !== null;
  return adviceOf(all.filter(isIn), { base, baseBytes, memoryBytes });
}
