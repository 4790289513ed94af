import { get, job, relabel, run, set, throwIfStopped } from './job';

/** Most levels that write side by side. */
export const MOST_BESIDE = 4;

/** One prompt at several levels, greedily: every difference comes from the weights. */
export interface BesidePrompt {
  readonly text: string;
  /** Answered as a message, by the chat template; else continued. */
  readonly isMessage: boolean;
  readonly maxTokens: number;
}

/** Writes at each of these levels, one after the other. */
export async function writeBeside(
  types: readonly string[],
  { text, isMessage, maxTokens }: BesidePrompt,
): Promise<void> {
  await job('generate', { what: 'writeBeside' }, 'compare', async () => {
    set({ side: [] });
    const sampling = { ...get().sampling, temperature: 0 };
    const what = isMessage ? { messages: [{ role: 'user' as const, content: text }] } : { prompt: text };
    for (const type of types) {
      throwIfStopped();
      relabel({ what: 'writeAt', type }, { level: type });
      const tokens = await run('write', { type, maxTokens, sampling, ...what });
      set({ side: [...get().side, { type, tokens }] });
    }
  });
}
