import { useEffect, useState } from 'react';
import { problemOf } from '../../store/work/job';

/** Typing pauses for so long before the engine is asked. */
const PAUSE_MS = 150;

/** An answer of the engine, or the reason why there is none. The answer before stays until the next one is there. */
export interface Answer<T> {
  readonly value: T | null;
  readonly problem: string | null;
}

/** Asks anew when `key` changes and typing pauses. `question` is read then. */
export function useAnswer<T>(key: string, question: () => Promise<T>): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ value: null, problem: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all that the question depends on
  useEffect(() => {
    let isStale = false;
    const timer = setTimeout(() => {
      question().then(
        (value) => !isStale && setAnswer({ value, problem: null }),
        (error: unknown) => {
          const { message, hint } = problemOf(error, 'run');
          if (!isStale) setAnswer({ value: null, problem: `${message} ${hint}`.trim() });
        },
      );
    }, PAUSE_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [key]);
  return answer;
}
