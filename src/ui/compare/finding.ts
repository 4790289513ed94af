// The words of a comparison. Pure.
import type { Advice, Candidate, Choice, Reason, Trade } from '../../store/results/advice-types';
import { SAFE_KL } from '../../store/results/advice';
import { differenceOf, lossOf } from '../../store/results/loss';
import { megaOrGiga, nats, natsWithError } from '../kit/units';
import type { Words } from '../words/en';

export interface Finding {
  readonly kind: 'take' | 'probably' | 'tooClose' | 'fewTokens' | 'none';
  readonly title: string;
  readonly sentences: readonly string[];
  /** The level to take along; null where none is advised. */
  readonly type: string | null;
  /** Levels that more tokens would tell apart, or make sure of; none where nothing is open. */
  readonly open: readonly string[];
  /** Scored tokens that it takes in all. */
  readonly wantedTokens: number | null;
}

/** A loss with half of its 95 % interval. */
export function lossText(level: Candidate): string {
  if (!level.measured) return '';
  const { kl, klInterval } = lossOf(level.measured);
  return klInterval ? natsWithError(Math.max(0, kl), klInterval.high - kl) : nats(Math.max(0, kl));
}

/** A signed difference without its sign, with half of its interval. */
function differenceText(level: Candidate, other: Candidate): string | null {
  if (!level.measured || !other.measured) return null;
  const { kl, interval } = differenceOf(level.measured, other.measured);
  return interval ? natsWithError(Math.abs(kl), (interval.high - interval.low) / 2) : null;
}

const find = <C extends Reason['code']>(choice: Choice, code: C) =>
  choice.reasons.find((r): r is Extract<Reason, { code: C }> => r.code === code);

/** Its loss, or how close it is to the ones that it cannot be told from. */
function standing(choice: Choice, of: (type: string) => Candidate, base: string, words: Words['compare']) {
  const own = of(choice.type);
  const { tokens, sameTop, sameTopInterval } = lossOf(own.measured!);
  const isFew = find(choice, 'fewTokens') !== undefined;
  // The nearest in size: between these two a person would choose.
  const [tie] = choice.tooClose.toSorted((a, b) => Math.abs(a.moreBytes) - Math.abs(b.moreBytes));
  if (!tie || isFew) {
    const percent = (share: number) => String(Math.round(100 * share));
    const range = sameTopInterval
      ? words.range(percent(sameTopInterval.low), percent(sameTopInterval.high))
      : null;
    return [words.lossOf(lossText(own), base, tokens) + words.sameToken(percent(sameTop), range)];
  }
  const other = of(tie.type);
  const difference = differenceText(own, other);
  const speed =
    own.tokensPerSecond && other.tokensPerSecond ? other.tokensPerSecond / own.tokensPerSecond : null;
  return [
    words.tieOf(lossText(own), lossText(other), tokens) +
      (difference === null ? words.errorNotKnown : words.mayBeNone(difference)),
    words.sizeAndSpeed(tie.type, megaOrGiga(Math.abs(tie.moreBytes)), tie.moreBytes < 0, speed),
  ];
}

/** The limit by which it was chosen. */
function why(choice: Choice, words: Words['compare']): string[] {
  const under = find(choice, 'smallestUnder');
  const safe = find(choice, 'closestSafe');
  const unsure = find(choice, 'smallerUnsure');
  const sentences: string[] = [];
  const isKnown = !find(choice, 'fewTokens') && !find(choice, 'noInterval');
  const say = choice.sure ? words.smallestSure : isKnown ? words.smallestUnsure : words.smallestMean;
  if (under) sentences.push(say(under.limitKl));
  if (find(choice, 'noInterval')) sentences.push(words.noInterval);
  if (safe) sentences.push(words.closestSafe(safe.limitKl));
  const isTie = choice.tooClose.some((t) => t.type === unsure?.type);
  if (unsure && !isTie) {
    const { kl, klHigh } = unsure;
    const text = klHigh === null ? nats(kl) : natsWithError(kl, klHigh - kl);
    sentences.push(words.smallerUnsure(unsure.type, text));
  }
  return sentences;
}

function sizeAndSpeed(choice: Choice, base: string, words: Words['compare']): string[] {
  const size = find(choice, 'timesSmaller');
  const speed = find(choice, 'timesFaster');
  if (!size) return [];
  return [words.timesSmaller(size.times, base) + (speed ? words.timesFaster(speed.times) : '.')];
}

const trade = (
  found: Trade | null,
  of: (type: string) => Candidate,
  say: (type: string, kl: string, size: string) => string,
): string[] => (found ? [say(found.type, lossText(of(found.type)), megaOrGiga(found.bytes))] : []);

/** Nothing is recommended: what is closest, and by how much what would do is too large. */
function noneOf(
  advice: Advice,
  of: (type: string) => Candidate,
  base: string,
  words: Words['compare'],
): Finding {
  const { closest, smallestSafe } = advice;
  const over = smallestSafe && find(smallestSafe, 'tooLarge');
  const few = closest && find(closest, 'fewTokens');
  return {
    kind: 'none',
    title: closest ? words.noneSafe : words.noneFits(base),
    sentences: [
      ...(closest ? [words.closestIs(closest.type, lossText(of(closest.type)), SAFE_KL)] : []),
      ...(over ? [words.tooLarge(smallestSafe.type, megaOrGiga(over.overBytes))] : []),
      ...(few ? [words.moreTokens(few.moreTokens, few.tokens + few.moreTokens)] : []),
    ],
    type: closest?.type ?? null,
    open: [],
    wantedTokens: null,
  };
}

/** The advice among measured levels in words; null where nothing but the baseline was measured. */
export function findingOf(
  advice: Advice,
  candidates: readonly Candidate[],
  base: string,
  words: Words['compare'],
): Finding | null {
  if (!advice.tokens) return null;
  const of = (type: string) => candidates.find((c) => c.type === type)!;
  const choice = advice.recommended;
  if (!choice) return noneOf(advice, of, base, words);
  const few = find(choice, 'fewTokens');
  const ties = choice.tooClose.map((t) => t.type);
  const kind = few ? 'fewTokens' : ties.length > 0 ? 'tooClose' : choice.sure ? 'take' : 'probably';
  const title = {
    fewTokens: () => words.fewTokens(choice.type, few!.tokens),
    tooClose: () => words.tooClose([choice.type, ...ties]),
    take: () => words.take(choice.type),
    probably: () => words.probably(choice.type),
  }[kind]();
  const moreTokens = Math.max(
    few?.moreTokens ?? 0,
    ...choice.tooClose.flatMap((t) => (t.moreTokens === null ? [] : [t.moreTokens])),
  );
  const tokens = of(choice.type).measured!.measured.level.tokens;
  const isOpen = kind === 'fewTokens' || kind === 'tooClose';
  return {
    kind,
    title,
    sentences: [
      ...(few ? [words.moreTokens(few.moreTokens, few.tokens + few.moreTokens)] : []),
      ...(few && ties.length > 0 ? [words.alsoClose(ties)] : []),
      ...standing(choice, of, base, words),
      ...why(choice, words),
      ...sizeAndSpeed(choice, base, words),
      ...trade(advice.closer, of, words.closer),
      ...trade(advice.smaller, of, words.smaller),
    ],
    type: choice.type,
    open: isOpen ? [choice.type, ...ties] : [],
    wantedTokens: isOpen && moreTokens > 0 ? tokens + moreTokens : null,
  };
}
