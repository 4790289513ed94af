import { UnsupportedError } from '../errors';
import type { Program, Step } from './program';
import { isWord } from './syntax';

/** Steps that a pattern may take over all names: some tenths of a second. */
const MAX_WORK = 20_000_000;
/** A step that is tried with its groups costs as much as so many that are followed. */
const TRY_WORK = 40;

/** Runs a program over names, in a time that is bounded. What runs out of work throws UnsupportedError. */
export class PatternRun {
  readonly #program: Program;
  readonly #source: string;
  #work = 0;

  constructor(program: Program, source: string) {
    this.#program = program;
    this.#source = source;
  }

  /** True if the program matches somewhere in the name, as std::regex_search finds it. */
  search(name: Uint8Array): boolean {
    const { steps, refersBack } = this.#program;
    if (!refersBack) return this.#follow(steps, name, 0, true);
    for (let at = 0; at <= name.length; at++) if (this.#backtrack(steps, name, at, [])) return true;
    return false;
  }

  /** True if the program matches at the begin of the name. */
  startsWith(name: Uint8Array): boolean {
    const { steps, refersBack } = this.#program;
    return refersBack
      ? this.#backtrack(steps, name, 0, []) !== undefined
      : this.#follow(steps, name, 0, false);
  }

  #spend(work: number): void {
    this.#work += work;
    if (this.#work > MAX_WORK)
      throw new UnsupportedError(
        `The pattern "${this.#source}" takes too long to be matched with these names.`,
        'Write it without repetitions inside repetitions.',
      );
  }

  /** Follows all states at once: time grows with states times bytes. `anywhere` begins at every byte. */
  #follow(steps: readonly Step[], name: Uint8Array, from: number, anywhere: boolean): boolean {
    this.#spend(steps.length >> 4);
    const seen = new Int32Array(steps.length).fill(-1);
    let now: number[] = [];
    for (let at = from; at <= name.length; at++) {
      const next: number[] = [];
      const open = anywhere || at === from ? [...now, 0] : now;
      while (open.length > 0) {
        const index = open.pop()!;
        if (seen[index] === at) continue;
        seen[index] = at;
        this.#spend(1);
        const step = steps[index]!;
        if (step.op === 'match') return true;
        if (step.op === 'set') {
          if (at < name.length && step.set[name[at]!]) next.push(index + 1);
        } else if (step.op === 'split') open.push(step.first, step.second);
        else if (step.op === 'jump') open.push(step.to);
        else if (step.op === 'edge') {
          if (isEdge(step.edge, name, at)) open.push(index + 1);
        } else if (step.op === 'look') {
          if (this.#follow(step.steps, name, at, false) !== step.negated) open.push(index + 1);
        } else open.push(index + 1);
      }
      if (next.length === 0 && !anywhere) return false;
      now = next;
    }
    return false;
  }

  /** Tries one way after the other, for patterns that refer to groups. The groups of a match, or undefined. */
  #backtrack(
    steps: readonly Step[],
    name: Uint8Array,
    from: number,
    groups: readonly number[],
  ): readonly number[] | undefined {
    type State = { index: number; at: number; groups: readonly number[]; marks: readonly number[] };
    const open: State[] = [{ index: 0, at: from, groups, marks: [] }];
    for (let state = open.pop(); state; state = open.pop()) {
      this.#spend(TRY_WORK);
      const { index, at } = state;
      const step = steps[index]!;
      const go = (change: Partial<State>) => open.push({ ...state!, index: index + 1, ...change });
      if (step.op === 'match') return state.groups;
      if (step.op === 'set') {
        if (at < name.length && step.set[name[at]!]) go({ at: at + 1 });
      } else if (step.op === 'split') {
        go({ index: step.second });
        go({ index: step.first });
      } else if (step.op === 'jump') go({ index: step.to });
      else if (step.op === 'edge') {
        if (isEdge(step.edge, name, at)) go({});
      } else if (step.op === 'save') go({ groups: Object.assign([...state.groups], { [step.slot]: at }) });
      else if (step.op === 'mark') go({ marks: Object.assign([...state.marks], { [step.register]: at }) });
      else if (step.op === 'progress') {
        if (state.marks[step.register] !== at) go({});
      } else if (step.op === 'look') {
        const found = this.#backtrack(step.steps, name, at, state.groups);
        if (step.negated ? !found : found) go(found && !step.negated ? { groups: found } : {});
      } else if (step.op === 'same') {
        const end = this.#repeatEnd(name, at, state.groups[2 * step.index], state.groups[2 * step.index + 1]);
        if (end !== undefined) go({ at: end });
      }
    }
    return undefined;
  }

  /** Offset behind a repetition of a group at `at`; undefined if it is not there, or the group did not match. */
  #repeatEnd(name: Uint8Array, at: number, start?: number, end?: number): number | undefined {
    if (start === undefined || end === undefined || at + end - start > name.length) return undefined;
    for (let i = start; i < end; i++) if (name[i] !== name[at + i - start]) return undefined;
    return at + end - start;
  }
}

function isEdge(edge: 'start' | 'end' | 'word' | 'inside', name: Uint8Array, at: number): boolean {
  if (edge === 'start') return at === 0;
  if (edge === 'end') return at === name.length;
  const before = at > 0 && isWord(name[at - 1]!);
  const after = at < name.length && isWord(name[at]!);
  return (before !== after) === (edge === 'word');
}
