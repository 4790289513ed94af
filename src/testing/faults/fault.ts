/** Kinds of steps that can fail, and the ways in which they do. */
export const faultKinds = [
  'out of memory',
  'createBuffer throws',
  'pipeline',
  'bind group',
  'writeBuffer throws',
  'submit throws',
  'submit is invalid',
  'map',
  'read is short',
  'read is late',
  'read fails',
  'read is revoked',
  'write fails',
  'disk is full',
  'close fails',
  'cleanup fails',
  'device loss',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Found in the message of every error that a fault makes. */
export const MARK = 'injected fault';

/** Counts the steps of every kind and fails the n-th of one. Nothing is counted before `arm`. */
export class Fault {
  readonly kind: FaultKind;
  readonly #at: number;
  #armed = false;
  readonly #steps = new Map<FaultKind, number>();
  #isStruck = false;

  constructor(kind: FaultKind, at: number) {
    this.kind = kind;
    this.#at = at;
  }
  arm(): void {
    this.#armed = true;
  }
  disarm(): void {
    this.#armed = false;
  }
  /** Steps of a kind so far. */
  steps(kind: FaultKind): number {
    return this.#steps.get(kind) ?? 0;
  }
  get isStruck(): boolean {
    return this.#isStruck;
  }
  /** True if a step of a kind is the one to fail. */
  strikes(kind: FaultKind): boolean {
    if (!this.#armed) return false;
    const step = this.steps(kind) + 1;
    this.#steps.set(kind, step);
    if (kind !== this.kind || step !== this.#at) return false;
    this.#isStruck = true;
    return true;
  }
}
