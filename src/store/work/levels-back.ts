// Levels that work took off the GPU, which come back by themselves.
import { EngineEndedError } from '../../util/errors';
import { get, goOnAfterStop, relabel, run, set, throwIfStopped } from './job';
import { keepPrepared } from './rates';

/** Levels in GPU memory, oldest first. */
const resident = (): readonly string[] => get().memory?.levels ?? [];

/**
 * Makes the levels of the GPU what they were: releases those that were not there, and quantizes those that are missing again.
 * Ends when it is stopped. Throws the first failure, after all others were tried.
 */
async function bringBack(before: readonly string[]): Promise<void> {
  // After a stop the page may not have heard yet what is on the GPU: every call ends by telling it.
  await run('lists');
  for (const type of resident()) if (!before.includes(type)) await run('release', type);
  let failure: unknown;
  for (const type of before) {
    // A level may have gone from the plan meanwhile, with its mix or its importance matrix.
    if (resident().includes(type) || !get().plan.some((p) => p.type === type && !p.refusal)) continue;
    throwIfStopped();
    relabel({ what: 'putBack', type });
    try {
      const level = await run('prepare', type);
      set({ levels: { ...get().levels, [type]: level } });
      await keepPrepared(level);
    } catch (error) {
      throwIfStopped();
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
}

/**
 * Runs work of a job that may take levels off the GPU; those that were there come back, after a stop and a failure, too. A stop
 * ends the work; a second one ends what comes after it. Throws what the work throws, else what bringing back does.
 */
export async function withLevelsBack(work: () => Promise<void>): Promise<void> {
  const before = resident();
  try {
    await work();
  } catch (error) {
    // A new engine has nothing on the GPU, and what ended the last one may end it, too.
    if (error instanceof EngineEndedError) throw error;
    goOnAfterStop();
    // The failure of the work is what is told.
    await bringBack(before).catch(() => {});
    throw error;
  }
  await bringBack(before);
}
