import { useMemo } from 'react';
import type { Advice, Candidate } from '../../store/results/advice-types';
import { adviceFor, candidatesOf, type Situation } from '../../store/results/candidates';
import { resultRows } from '../../store/results/results';
import { baseOf } from '../../store/work/own-text';
import { useSettings } from '../kit/use-settings';
import { useStudio } from '../kit/use-studio';

/** A model so many times larger than those of the table loses something else: nothing is expected of it unmeasured. */
const MAX_TIMES_LARGER = 10;

/** Levels with what is known of their losses, and those to take. */
export interface Choosing {
  readonly candidates: readonly Candidate[];
  readonly advice: Advice;
  /** Size of the baseline's file; null where it is none of the levels. */
  readonly baseBytes: number | null;
  /** The model is so many times larger than those that losses are known of, and none was measured; null where it is not. */
  readonly timesTooLarge: number | null;
}

export function useChoice(): Choosing {
  const plan = useStudio((s) => s.plan);
  const qualities = useStudio((s) => s.qualities);
  const runs = useStudio((s) => s.runs);
  const base = useStudio((s) => s.lab.base ?? baseOf(s));
  const context = useStudio((s) => s.context);
  const contextLength = useStudio((s) => s.model?.contextLength ?? null);
  const parameters = useStudio((s) => s.model?.parameters ?? null);
  const memoryBytes = useSettings((s) => s.gpuMemoryBytes);
  return useMemo(() => {
    const rows = resultRows(
      runs,
      qualities,
      plan.map((p) => p.type),
    );
    const situation: Situation = { plan, rows, base, context, contextLength, parameters, memoryBytes };
    const candidates = candidatesOf(situation);
    const isMeasured = candidates.some((c) => c.measured && c.type !== base);
    const farthest = Math.max(0, ...candidates.map((c) => c.expected?.timesLarger ?? 0));
    return {
      candidates,
      advice: adviceFor(situation, 'all'),
      baseBytes: plan.find((row) => row.type === base)?.fileBytes ?? null,
      timesTooLarge: !isMeasured && farthest > MAX_TIMES_LARGER ? Math.round(farthest) : null,
    };
  }, [plan, runs, qualities, base, context, contextLength, parameters, memoryBytes]);
}
