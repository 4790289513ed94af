import type { AnswerPart } from '../text/answer-reader';
import type { EngineEvent } from '../worker/protocol';
import type { StudioState } from './state';

/** Parts with a further text, which lengthens the last part if it is of its kind. */
function appended(parts: StudioState['answer'], part: AnswerPart): StudioState['answer'] {
  const last = parts.at(-1);
  if (last?.kind !== part.kind) return [...parts, part];
  return [...parts.slice(0, -1), { kind: part.kind, text: last.text + part.text }];
}

/** Reducer for the engine's events. Pure. */
export function applyEvent(state: StudioState, event: EngineEvent): StudioState {
  switch (event.kind) {
    case 'progress':
      return state.job ? { ...state, job: { ...state.job, progress: event.progress } } : state;
    case 'kernels': {
      const { done, total } = event;
      // The weights are quantized by then.
      const kernels = done < total ? { done, total } : null;
      return state.job ? { ...state, job: { ...state.job, progress: null, kernels } } : state;
    }
    case 'run':
      return state.job
        ? { ...state, job: { ...state.job, run: { done: event.done, total: event.total } } }
        : state;
    case 'token':
      return { ...state, answer: appended(state.answer, { kind: event.part, text: event.text }) };
    case 'ranked':
      // Only answers that asked for candidates have them.
      return state;
    case 'restart':
      return { ...state, answer: [] };
    case 'memory':
      return { ...state, memory: event.memory };
  }
}

export interface Rate {
  /** 0 to 1. */
  readonly share: number;
  readonly bytesPerSecond: number;
  readonly leftMs: number;
}

/** Throughput and remaining time of a job, extrapolated from its start. */
export function rateOf(progress: { doneBytes: number; totalBytes: number }, elapsedMs: number): Rate {
  const share = progress.totalBytes > 0 ? progress.doneBytes / progress.totalBytes : 0;
  const bytesPerSecond = elapsedMs > 0 ? (1000 * progress.doneBytes) / elapsedMs : 0;
  const leftMs =
    bytesPerSecond > 0 ? (1000 * (progress.totalBytes - progress.doneBytes)) / bytesPerSecond : 0;
  return { share, bytesPerSecond, leftMs };
}
