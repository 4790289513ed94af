/** Work on the device: so many units of a kind. Units of one kind cost about the same; nobody knows how much at first. */
export interface Work {
  /** Label of a pipeline. */
  readonly kind: string;
  /** Estimated operations. Only their ratios within a kind matter once the kind has been measured. */
  readonly units: number;
}

/** No dispatch may take longer. Windows resets a device after 2 s; the rest is for a device that slows down. */
export const MAX_DISPATCH_MS = 200;
/** No submit may take longer: some drivers count it as a whole. */
export const MAX_SUBMIT_MS = 500;
/** No first submit of a kind may take longer. */
export const MAX_FIRST_MS = 50;
/**
 * Milliseconds that a submit is cut to: long enough to hide what a submit costs, and at a twentieth of the speed from
 * one moment to the next still shorter than 2 s.
 */
export const TARGET_MS = 90;
/** The same while a kind in it has not been measured. */
export const FIRST_MS = 20;
/** The same while a kind in it is under suspicion: the submit that told of a jump may have told of half of it. */
const SUSPECTED_MS = TARGET_MS / 2;

/** Operations per millisecond of a kind that has not been measured: a software adapter on a slow processor. */
const UNKNOWN_RATE = 4e6;
/** A measurement may speed a kind up by this factor at most: short measurements are rough. */
const MAX_GROWTH = 8;
/** Part of an answer's time that is no work of the device. */
const OVERHEAD_MS = 3;
/** A submit this many times slower than predicted means that the device has slowed down, not this kind alone. */
const JUMP = 2;
/** A short submit says so only if it is this many times slower, and not at all if an answer may just be late. */
const SHORT = { jump: 5, minMs: 25 };
/** Measurements after which a kind is known well enough to tell. */
const SETTLED = 1;
/** A measurement that makes a kind this much faster may be followed by others. */
const SETTLING = 1 / 3;

/** A jump is believed of other kinds up to this factor, until they are measured. */
const MAX_JUMP = 100;
/** Milliseconds by which a submit must fall short of what a jump foretold before it says anything against it. */
const TELLING_MS = 10;

/** Measurements of a kind. */
interface Pace {
  count: number;
  msPerUnit: number;
  /** Suspected slowness since a jump: 1 once the kind has been measured again, or another has shown that it was a hiccup. */
  suspected: number;
  /** True if its last measurement was a jump that was not believed, or not yet. */
  hasJumped: boolean;
  /** True if its last measurement made it much faster: what it really takes is not known yet. */
  isSettling: boolean;
  /** The piece of the last full measurement, when it was alone in its submit. */
  units: number;
  ms: number;
  /** True once a larger piece has taken longer in proportion. Until then more units may cost nothing. */
  isLinear: boolean;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/**
 * Learns from measured submits how long work takes, and says how much fits the next one. It is told elapsed times and
 * knows no clock and no device.
 */
export class Pacer {
  /** Tests turn it off: everything fits then. */
  isOn = true;
  readonly #paces = new Map<string, Pace>();

  /** True if the kind has been measured. */
  knows(kind: string): boolean {
    return this.#paces.has(kind);
  }

  /** Predicted milliseconds. */
  predict(work: Work): number {
    return this.#usual(work) * (this.#paces.get(work.kind)?.suspected ?? 1);
  }

  /** The same without what is only suspected. */
  #usual({ kind, units }: Work): number {
    return units * (this.#paces.get(kind)?.msPerUnit ?? 1 / UNKNOWN_RATE);
  }

  /** Milliseconds that a submit with work of these kinds may be predicted to take. */
  budget(kinds: Iterable<string>): number {
    if (!this.isOn) return Number.POSITIVE_INFINITY;
    let ms = TARGET_MS;
    for (const kind of kinds) ms = Math.min(ms, this.#targetMs(this.#paces.get(kind)));
    return ms;
  }

  #targetMs(pace: Pace | undefined): number {
    if (!pace) return FIRST_MS;
    return pace.suspected > 1 ? SUSPECTED_MS : TARGET_MS;
  }

  /** Units of a kind that fit a submit in which `spentMs` are taken; at least 0, and a fraction. */
  fits(kind: string, spentMs = 0): number {
    if (!this.isOn) return Number.POSITIVE_INFINITY;
    const pace = this.#paces.get(kind);
    const leftMs = Math.max(0, this.#targetMs(pace) - spentMs);
    if (!pace) return leftMs * UNKNOWN_RATE;
    const units = leftMs / (pace.msPerUnit * pace.suspected);
    // Few invocations take as long as one; twice a piece within the target takes at most twice the target.
    const isFree = !pace.isLinear && pace.suspected === 1 && spentMs < pace.ms / 4 && pace.ms <= TARGET_MS;
    return isFree ? Math.max(units, 2 * pace.units) : units;
  }

  /** Learns from a submit: the work in it and the milliseconds that it took alone on the device. */
  record(submitted: readonly Work[], elapsedMs: number): void {
    const kinds = new Map<string, number>();
    for (const { kind, units } of submitted) kinds.set(kind, (kinds.get(kind) ?? 0) + units);
    if (kinds.size === 0) return;
    const works = [...kinds].map(([kind, units]) => ({ kind, units }));
    const isOpen = this.#isSuspected(works);
    if (!this.#weighSuspicion(works, elapsedMs)) return;
    const expectedMs = sum(works.map((work) => this.predict(work)));
    if (expectedMs <= 0) return;
    const ratio =
      elapsedMs > expectedMs
        ? Math.max(1, (elapsedMs - OVERHEAD_MS) / expectedMs)
        : Math.max(1 / MAX_GROWTH, elapsedMs / expectedMs);
    const isJump = elapsedMs > TARGET_MS ? ratio > JUMP : elapsedMs > SHORT.minMs && ratio > SHORT.jump;
    if (works.length === 1 && this.#isRest(works[0]!, elapsedMs, ratio)) return;
    const paces = works.map(({ kind }) => this.#paces.get(kind));
    const isSettled = paces.every((pace) => pace !== undefined && pace.count >= SETTLED);
    // More than was suspected: the submit that told of the jump had begun before it.
    if (isSettled && isJump && isOpen) this.#suspectMore(ratio);
    // The second jump of a kind on end is no hiccup, whatever others say.
    const isNew = isSettled && !isOpen && !paces.some((pace) => pace!.hasJumped);
    if (isNew && isJump) this.#suspect(works, elapsedMs);
    else if (works.length === 1) this.#learnAlone(works[0]!, elapsedMs, ratio);
    else for (const { kind } of works) this.#scale(kind, ratio);
  }

  /**
   * Everything may have become slower, or the device had something else to do for a moment. The next measurement of any
   * kind that has not been measured since tells. Jumps before it do not multiply.
   */
  #suspect(works: readonly Work[], elapsedMs: number): void {
    const usualMs = sum(works.map((work) => this.#usual(work)));
    const isSettling = works.some(({ kind }) => this.#paces.get(kind)?.isSettling);
    const suspected = Math.min((elapsedMs / usualMs) * (isSettling ? MAX_GROWTH : 1), MAX_JUMP);
    for (const pace of this.#paces.values()) pace.suspected = Math.max(pace.suspected, suspected);
    for (const { kind } of works) this.#paces.get(kind)!.hasJumped = true;
  }

  #suspectMore(ratio: number): void {
    for (const pace of this.#paces.values())
      if (pace.suspected > 1) pace.suspected = Math.min(pace.suspected * ratio, MAX_JUMP);
  }
  #isSuspected(works: readonly Work[]): boolean {
    return works.some(({ kind }) => (this.#paces.get(kind)?.suspected ?? 1) > 1);
  }

  /**
   * A submit that takes its usual time clears all kinds of suspicion; any other makes it the pace of its own kinds. Others
   * are not cleared by kinds that have been measured since the jump: theirs is a new usual time. False if nothing can be
   * learnt from the submit.
   */
  #weighSuspicion(works: readonly Work[], elapsedMs: number): boolean {
    const usualMs = sum(works.map((work) => this.#usual(work)));
    const suspects = works.filter(({ kind }) => (this.#paces.get(kind)?.suspected ?? 1) > 1);
    if (suspects.length === 0) return true;
    const suspectedMs = sum(works.map((work) => this.predict(work)));
    const isTelling = sum(suspects.map((work) => this.#usual(work))) > usualMs / 2;
    if (elapsedMs < JUMP * usualMs + OVERHEAD_MS && elapsedMs < suspectedMs - TELLING_MS) {
      if (isTelling) for (const pace of this.#paces.values()) pace.suspected = 1;
      return isTelling;
    }
    for (const { kind } of suspects) {
      const pace = this.#paces.get(kind)!;
      this.#paces.set(kind, { ...pace, msPerUnit: pace.msPerUnit * pace.suspected, suspected: 1 });
    }
    return true;
  }

  #scale(kind: string, ratio: number): void {
    const pace = this.#paces.get(kind);
    const msPerUnit = (pace?.msPerUnit ?? 1 / UNKNOWN_RATE) * ratio;
    const count = (pace?.count ?? 0) + 1;
    this.#paces.set(kind, {
      count,
      msPerUnit,
      suspected: 1,
      hasJumped: false,
      isSettling: ratio < SETTLING,
      units: 0,
      ms: 0,
      isLinear: pace?.isLinear ?? false,
    });
  }

  /** A smaller piece that takes no longer than the larger one before says nothing against it. */
  #isRest({ kind, units }: Work, ms: number, ratio: number): boolean {
    const before = this.#paces.get(kind);
    return before !== undefined && units < before.units && ratio > 1 && ms <= 1.25 * before.ms;
  }

  #learnAlone({ kind, units }: Work, ms: number, ratio: number): void {
    const before = this.#paces.get(kind);
    const msPerUnit = (before?.msPerUnit ?? 1 / UNKNOWN_RATE) * ratio;
    const grew = before !== undefined && before.units > 0 && units >= 1.5 * before.units;
    const isLinear = grew
      ? ms / before.ms > (0.75 * units) / before.units
      : ratio > 0.5 && (before?.isLinear ?? false);
    const count = (before?.count ?? 0) + 1;
    const isSettling = ratio < SETTLING;
    this.#paces.set(kind, {
      count,
      msPerUnit,
      suspected: 1,
      hasJumped: false,
      isSettling,
      units,
      ms,
      isLinear,
    });
  }
}
