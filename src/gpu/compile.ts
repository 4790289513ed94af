import { CancelledError, untilCancelled } from '../util/errors';
import type { RunProgress, Work } from '../util/work';
import type { Compiled } from './kernel';

/** A device, and what its callers have waited for kernels. */
export interface Compiler {
  compiled: { readonly kernels: number; readonly elapsedMs: number };
  check(): void;
  explain(error: unknown): Promise<never>;
}

/**
 * Compiles kernels side by side, those that come first first, while the caller may go on; what is
 * compiled already costs nothing. Resolves to their number. A cancelled compilation goes on unseen, for the next caller.
 * Throws GpuError when the device refuses a kernel, DeviceLostError, CancelledError.
 */
export async function compileKernels(
  gpu: Compiler,
  needed: Iterable<Compiled>,
  { signal, progress }: Work<RunProgress> = {},
): Promise<number> {
  const kernels = [...new Set(needed)].filter((k) => !k.isCompiled);
  const total = kernels.length;
  if (total === 0) return 0;
  const started = performance.now();
  let done = 0;
  progress?.({ done, total });
  const each = kernels.map(async (kernel) => {
    await kernel.compile();
    progress?.({ done: ++done, total });
  });
  try {
    await untilCancelled(Promise.all(each), signal);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    await gpu.explain(error);
  }
  gpu.check();
  const before = gpu.compiled;
  gpu.compiled = {
    kernels: before.kernels + total,
    elapsedMs: before.elapsedMs + performance.now() - started,
  };
  return total;
}
