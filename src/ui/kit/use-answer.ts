import { useCallback, useEffect, useState } from 'react';
import { problemOf } from '../../store/work/job';

/** Typing pauses for so long before anybody is asked. */
const PAUSE_MS = 150;

/** An answer, or the reason why there is none. The answer before stays until the next one is there. */
export interface Answer<T> {
  readonly value: T | null;
  readonly problem: string | null;
  /** The question that the answer is to. */
  readonly key: string | null;
}
/** An answer, and a way to ask the same again. */
export interface Asked<T> extends Answer<T> {
  readonly again: () => void;
}

const NONE = { value: null, problem: null, key: null };

/** Asks anew when `key` changes and typing pauses; the question is read then. Null asks nothing and forgets the answer. */
export function useAnswer<T>(key: string | null, question: () => Promise<T>, pauseMs = PAUSE_MS): Asked<T> {
  const [times, setTimes] = useState(0);
  const [answer, setAnswer] = useState<Answer<T>>(NONE);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for all that the question depends on
  useEffect(() => {
    let isStale = false;
    if (key === null) {
      setAnswer(NONE);
      return;
    }
    const timer = setTimeout(() => {
      question().then(
        (value) => {
          if (!isStale) setAnswer({ value, problem: null, key });
        },
        (error: unknown) => {
          if (isStale) return;
          const { message, hint } = problemOf(error, 'open');
          setAnswer({ value: null, problem: `${message} ${hint}`.trim(), key });
        },
      );
    }, pauseMs);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [key, times]);
  const again = useCallback(() => setTimes((n) => n + 1), []);
  return { ...answer, again };
}
