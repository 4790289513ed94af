// The recommendation: docs/decisions/0030-the-recommendation.md. Pure.
import type { Advice, Candidate, Choice, Reason, Tie, Trade } from './advice-types';
import { frontOf } from './front';
import { callOf, differenceOf, lossOf, tokensToCall } from './loss';

/** Mean KL divergence, in nats, up to which a level is safe: below it most answers read the same. */
export const SAFE_KL = 0.05;
/** Up to which a level is close: the recommended one. */
export const CLOSE_KL = 0.02;
/** Scored tokens under which nothing is sure. */
export const MIN_TOKENS = 2000;

/** A level with its loss, as far as it is known. */
interface Known {
  readonly of: Candidate;
  readonly type: string;
  readonly fileBytes: number;
  readonly kl: number;
  /** Upper end of the 95 % interval; of an expected loss its median, as nothing better is known. Null of one chunk. */
  readonly high: number | null;
  readonly overBytes: number;
}

export interface AdviceOptions {
  /** Level that losses are measured from. */
  readonly base: string;
  /** Size of the baseline's file: nothing is won by a level that is no smaller. Null where it is not known. */
  readonly baseBytes: number | null;
  /** GPU memory that a level may take; null where it is not known: everything fits then. */
  readonly memoryBytes: number | null;
}

function knownOf(of: Candidate, memoryBytes: number | null): Known[] {
  const { type, fileBytes, measured, expected } = of;
  const over = memoryBytes === null || of.memoryBytes === null ? 0 : of.memoryBytes - memoryBytes;
  const place = { of, type, fileBytes, overBytes: Math.max(0, over) };
  if (measured) {
    const { kl, klInterval } = lossOf(measured);
    return [{ ...place, kl: Math.max(0, kl), high: klInterval?.high ?? null }];
  }
  return expected ? [{ ...place, kl: expected.kl, high: expected.kl }] : [];
}

const tokensOf = ({ of }: Known): number => of.measured?.measured.level.tokens ?? 0;
const isEnough = (level: Known): boolean => tokensOf(level) >= MIN_TOKENS;

/** The smallest under a limit by the upper end of its interval; where there is none, by its mean. `front` is by size. */
const smallestUnder = (front: readonly Known[], limitKl: number): Known | undefined =>
  front.find((l) => l.high !== null && l.high <= limitKl) ?? front.find((l) => l.kl <= limitKl);

/** The level of the least loss: the last of a front. */
const closestOf = (front: readonly Known[]): Known | undefined => front.at(-1);

/** Reasons of any choice: certainty, memory, size and speed beside the baseline. */
function standing(level: Known, all: readonly Candidate[], { base, baseBytes }: AdviceOptions): Reason[] {
  const { of } = level;
  const whole = all.find((c) => c.type === base);
  const reasons: Reason[] = [];
  if (level.overBytes > 0) reasons.push({ code: 'tooLarge', overBytes: level.overBytes });
  if (baseBytes !== null) reasons.push({ code: 'timesSmaller', times: baseBytes / level.fileBytes });
  if (of.tokensPerSecond !== null && whole?.tokensPerSecond)
    reasons.push({ code: 'timesFaster', times: of.tokensPerSecond / whole.tokensPerSecond });
  if (of.roomTokens !== null) reasons.push({ code: 'room', contextTokens: of.roomTokens });
  if (!of.measured) reasons.push({ code: 'expected', expected: of.expected! });
  else if (!isEnough(level)) {
    const tokens = tokensOf(level);
    reasons.push({ code: 'fewTokens', tokens, moreTokens: MIN_TOKENS - tokens });
  }
  if (level.high === null) reasons.push({ code: 'noInterval' });
  return reasons;
}

/** Levels of a front that cannot be told from one of them. */
function tiesOf(level: Known, front: readonly Known[]): Tie[] {
  const own = level.of.measured;
  if (!own) return [];
  return front.flatMap(({ type, fileBytes, of: { measured } }) => {
    if (type === level.type || !measured) return [];
    const difference = differenceOf(measured, own);
    if (callOf(difference) !== 'tooClose') return [];
    const wanted = tokensToCall(difference, own.measured.level.tokens);
    const moreTokens = wanted === null ? null : Math.max(wanted, MIN_TOKENS - tokensOf(level), 0);
    return [{ type, moreBytes: fileBytes - level.fileBytes, difference, moreTokens }];
  });
}

/** Reasons that come of the limit that a level was chosen by. */
function limitReasons(level: Known, front: readonly Known[], limitKl: number): Reason[] {
  const smaller = front.filter((l) => l.fileBytes < level.fileBytes);
  const unsure = smaller.find((l) => l.kl <= limitKl && l.of.measured);
  const next = smaller.at(-1);
  return [
    ...(unsure
      ? [
          {
            code: 'smallerUnsure' as const,
            type: unsure.type,
            kl: unsure.kl,
            klHigh: unsure.high,
          },
        ]
      : []),
    ...(next && level.kl > 0
      ? [{ code: 'lessLosesMore' as const, type: next.type, kl: next.kl, times: next.kl / level.kl }]
      : []),
  ];
}

/** The nearest neighbour of a level on a front, in the order given, of which it is sure how it stands. */
function tradeOf(level: Known, others: readonly Known[], call: 'closer' | 'farther'): Trade | null {
  const own = level.of.measured;
  if (!own || !isEnough(level)) return null;
  for (const { type, fileBytes, of } of others) {
    const difference = of.measured && differenceOf(of.measured, own);
    if (!difference || callOf(difference) !== call) continue;
    const speeds = [of.tokensPerSecond, level.of.tokensPerSecond];
    return {
      type,
      bytes: Math.abs(fileBytes - level.fileBytes),
      difference,
      speedRatio: speeds[0] && speeds[1] ? speeds[0] / speeds[1] : null,
    };
  }
  return null;
}

/** The levels to take, and why. Refused levels are no candidates; the baseline is one, if its speed is to be known. */
export function adviceOf(candidates: readonly Candidate[], options: AdviceOptions): Advice {
  const { base, baseBytes, memoryBytes } = options;
  const isSmaller = (c: Candidate) => c.type !== base && (baseBytes === null || c.fileBytes < baseBytes);
  const all = candidates.filter(isSmaller).flatMap((c) => knownOf(c, memoryBytes));
  const front = frontOf(all);
  const fitting = frontOf(all.filter((l) => l.overBytes === 0));

  const choice = (level: Known | undefined, on: readonly Known[], limitKl: number, why: Reason[]) =>
    level ? choiceOf(level, on, limitKl, [...why, ...standing(level, candidates, options)]) : null;
  const under = (level: Known | undefined, on: readonly Known[], limitKl: number) =>
    choice(level, on, limitKl, [
      { code: 'smallestUnder', limitKl },
      ...(level ? limitReasons(level, on, limitKl) : []),
    ]);

  const closest = closestOf(fitting);
  const close = smallestUnder(fitting, CLOSE_KL);
  const isSafe = closest !== undefined && closest.kl <= SAFE_KL;
  const recommended = close ?? (isSafe ? closest : undefined);
  const larger = closest && front.find((l) => l.overBytes > 0 && l.kl < closest.kl);
  const measured = all.filter((l) => l.of.measured);
  const scored = Math.min(...measured.map(tokensOf));
  return {
    smallestSafe: under(smallestUnder(front, SAFE_KL), front, SAFE_KL),
    recommended: close
      ? under(close, fitting, CLOSE_KL)
      : choice(recommended, fitting, SAFE_KL, [{ code: 'closestSafe', limitKl: SAFE_KL }]),
    closest: choice(closest, fitting, Infinity, [
      { code: 'closestThatFits' },
      ...(larger
        ? [{ code: 'closerTooLarge' as const, type: larger.type, overBytes: larger.overBytes }]
        : []),
    ]),
    closer: recommended
      ? tradeOf(
          recommended,
          fitting.filter((l) => l.fileBytes > recommended.fileBytes),
          'closer',
        )
      : null,
    smaller: recommended
      ? tradeOf(recommended, fitting.filter((l) => l.fileBytes < recommended.fileBytes).reverse(), 'farther')
      : null,
    tokens:
      measured.length > 0 ? { scored, minimum: MIN_TOKENS, more: Math.max(0, MIN_TOKENS - scored) } : null,
  };
}

function choiceOf(
  level: Known,
  front: readonly Known[],
  limitKl: number,
  reasons: readonly Reason[],
): Choice {
  return {
    type: level.type,
    basis: level.of.measured ? 'measured' : 'expected',
    sure: isEnough(level) && level.high !== null && level.high <= limitKl,
    reasons,
    tooClose: tiesOf(level, front),
  };
}
