// The axis of losses that the charts share: logarithmic, with a place for zero below it. Pure.
import { nats } from '../kit/units';

export interface LossScale {
  /** Place of a loss in nats, in decades; zero has one of its own below the least tick. */
  readonly place: (kl: number) => number;
  readonly domain: readonly [number, number];
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  /** Place of zero; null where nothing is there. */
  readonly zero: number | null;
}

interface Shown {
  readonly kl: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Steps of a decade at which ticks may stand: its start, and about half way on a logarithmic scale. */
const HALF = 3;
const MOST_TICKS = 7;
/** Between zero and the least tick, as a share of the rest. */
const GAP = 0.14;
/** Losses below this are rounding errors of float32 logits. */
export const LEAST_KL = 1e-7;

const stepsBetween = (low: number, high: number): number[] => {
  const all: number[] = [];
  for (let n = Math.floor(Math.log10(low)) - 1; n <= Math.ceil(Math.log10(high)); n++)
    for (const factor of [1, HALF]) all.push(Number(`${factor}e${n}`));
  const from = all.findLastIndex((v) => v <= low);
  const to = all.findIndex((v) => v >= high);
  return all.slice(Math.max(0, from), to < 0 ? undefined : to + 1);
};

/** An axis that holds these losses with their intervals. */
export function lossScale(points: readonly Shown[]): LossScale {
  const positive = points.filter((p) => p.kl > LEAST_KL);
  const least = Math.min(...positive.map((p) => p.kl)) / 1.2;
  const most = Math.max(...positive.map((p) => Math.max(p.kl, p.high ?? 0))) * 1.15;
  const steps = positive.length > 0 ? stepsBetween(least, most) : [0.001, 0.01];
  const [floor, top] = [Math.log10(steps[0]!), Math.log10(steps.at(-1)!)];
  const hasZero = points.some((p) => p.kl <= LEAST_KL || p.low === 0);
  const zero = hasZero ? floor - GAP * (top - floor) : null;
  let shown = steps;
  if (shown.length > MOST_TICKS) shown = steps.filter((v) => !String(v.toExponential()).startsWith('3'));
  while (shown.length > MOST_TICKS) shown = shown.filter((_, i) => i % 2 === 0);
  const ticks = shown.map((v) => ({ at: Math.log10(v), text: v < 0.0005 ? nats(v) : String(v) }));
  return {
    place: (kl) => (kl <= LEAST_KL ? (zero ?? floor) : Math.max(floor, Math.log10(kl))),
    // Half a mark of room below zero.
    domain: [zero === null ? floor : zero - (GAP / 3) * (top - floor), top],
    ticks: zero === null ? ticks : [{ at: zero, text: '0' }, ...ticks],
    zero,
  };
}

/** Round numbers that hold a range, about so many; a range of nothing is widened. */
export function niceTicks(low: number, high: number, count = 5): number[] {
  const span = high > low ? high - low : Math.max(Math.abs(high), 1) / 5;
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 2.5, 5, 10].find((f) => f * power >= raw) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Round numbers on a logarithmic axis between two sizes, both outside of what is shown. */
export function logTicks(low: number, high: number): number[] {
  const fine = high / low < 3 ? [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9] : [1, 2, 3, 4, 6, 8];
  const factors = high / low > 30 ? [1, 3] : fine;
  const all: number[] = [];
  for (let n = Math.floor(Math.log10(low)); n <= Math.log10(high); n++)
    for (const f of factors) all.push(Number((f * 10 ** n).toPrecision(6)));
  return all.filter((v) => v >= low && v <= high);
}
