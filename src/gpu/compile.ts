import { CancelledError, throwIfCancelled, untilCancelled } from '../util/errors';
import type { RunProgress, Work } from '../util/work';
import type { Compiled } from './kernel';

/** A device, and what its callers have waited for kernels. */
export interface Compiler {
  /** True if the adapter is a CPU. */
  readonly onCpu?: boolean;
  compiled: { readonly kernels: number; readonly elapsedMs: number };
  check(): void;
  /** Resolves when everything submitted is done. */
  done(): Promise<void>;
  explain(error: unknown): Promise<never>;
}

/**
 * Compiles kernels side by side (in turn on a CPU), those that come first first, while the caller may go on; what is
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
  const one = async (kernel: Compiled): Promise<void> => {
    await kernel.compile();
    if (!signal?.aborted) progress?.({ done: ++done, total });
  };
  try {
    if (gpu.onCpu) await inTurn(gpu, kernels, () => progress?.({ done: ++done, total }), signal);
    else await untilCancelled(Promise.all(kernels.map(one)), signal);
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

/**
 * Compiles kernels one after the other, with a turn of the event loop between them: a software adapter compiles on the
 * cores that wait for it, so nothing is won side by side. Nothing is under way meanwhile: its time would be measured with
 * the compiler's.
 */
async function inTurn(
  gpu: Compiler,
  kernels: readonly Compiled[],
  compiled: () => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  await gpu.done();
  for (const kernel of kernels) {
    throwIfCancelled(signal);
    void kernel.pipeline;
    compiled();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  // Browsers compile behind the caller's back, before what is submitted next.
  await gpu.done();
  throwIfCancelled(signal);
}
