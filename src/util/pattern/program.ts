import { UnsupportedError } from '../errors';
import type { ByteSet, Edge, Pattern } from './syntax';

/** A step of a program. `split` tries `first` before `second`; `progress` fails if nothing was read since `mark`. */
export type Step =
  | { readonly op: 'set'; readonly set: ByteSet }
  | { op: 'split'; first: number; second: number }
  | { op: 'jump'; to: number }
  | { readonly op: 'edge'; readonly edge: Edge }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'same'; readonly index: number }
  | { readonly op: 'mark' | 'progress'; readonly register: number }
  | { readonly op: 'look'; readonly steps: readonly Step[]; readonly negated: boolean }
  | { readonly op: 'match' };

/** As many states as libstdc++ allows. */
const MAX_STEPS = 100_000;

export interface Program {
  readonly steps: readonly Step[];
  /** True if a group is referred to, which a set of states cannot follow. */
  readonly refersBack: boolean;
}

/** Compiles a pattern, of whichever grammar, to steps. Throws UnsupportedError if they are too many. */
export function compilePattern(pattern: Pattern, source: string): Program {
  let count = 0;
  let registers = 0;
  let refersBack = false;
  const program = (whole: Pattern): Step[] => {
    const steps: Step[] = [];
    const add = <S extends Step>(step: S): S => {
      if (++count > MAX_STEPS)
        throw new UnsupportedError(
          `The pattern "${source}" has more than ${MAX_STEPS} states.`,
          'Repeat less often.',
        );
      steps.push(step);
      return step;
    };
    const loop = (part: Pattern, lazy: boolean): void => {
      const split = add({ op: 'split', first: 0, second: 0 } as Step & { op: 'split' });
      const start = steps.length - 1;
      const register = registers++;
      add({ op: 'mark', register });
      emit(part);
      add({ op: 'progress', register });
      add({ op: 'jump', to: start });
      const [body, after] = [start + 1, steps.length];
      [split.first, split.second] = lazy ? [after, body] : [body, after];
    };
    const optional = (part: Pattern, lazy: boolean): (() => void) => {
      const split = add({ op: 'split', first: 0, second: 0 } as Step & { op: 'split' });
      const body = steps.length;
      emit(part);
      return () => {
        const after = steps.length;
        [split.first, split.second] = lazy ? [after, body] : [body, after];
      };
    };
    const emit = (p: Pattern): void => {
      if (p.kind === 'set') add({ op: 'set', set: p.set });
      else if (p.kind === 'edge') add({ op: 'edge', edge: p.edge });
      else if (p.kind === 'all') p.parts.forEach(emit);
      else if (p.kind === 'look') add({ op: 'look', steps: program(p.part), negated: p.negated });
      else if (p.kind === 'same') {
        refersBack = true;
        add({ op: 'same', index: p.index });
      } else if (p.kind === 'group') {
        add({ op: 'save', slot: 2 * p.index });
        emit(p.part);
        add({ op: 'save', slot: 2 * p.index + 1 });
      } else if (p.kind === 'any') {
        const ends: { op: 'jump'; to: number }[] = [];
        p.options.forEach((option, i) => {
          if (i === p.options.length - 1) {
            emit(option);
            return;
          }
          const split = add({ op: 'split', first: steps.length + 1, second: 0 } as Step & { op: 'split' });
          emit(option);
          ends.push(add({ op: 'jump', to: 0 } as Step & { op: 'jump' }));
          split.second = steps.length;
        });
        for (const end of ends) end.to = steps.length;
      } else {
        for (let i = 0; i < p.min; i++) {
          emit(p.part);
          // A part without steps, repeated a billion times.
          if (++count > MAX_STEPS) add({ op: 'match' });
        }
        const ends: (() => void)[] = [];
        if (p.max === Number.POSITIVE_INFINITY) loop(p.part, p.lazy);
        else for (let i = p.min; i < p.max; i++) ends.push(optional(p.part, p.lazy));
        for (const end of ends) end();
      }
    };
    emit(whole);
    add({ op: 'match' });
    return steps;
  };
  return { steps: program(pattern), refersBack };
}
