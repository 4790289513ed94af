import { describe, expect, test } from 'vitest';
import { CancelledError, GpuError } from '../util/errors';
import { type Compiler, compileKernels } from './compile';
import type { Compiled } from './kernel';

/** A kernel that notes when it is compiled, beside others or while its caller waits. */
function kernel(label: string, log: string[], refuses = false): Compiled {
  let isCompiled = false;
  const made = { label };
  return {
    label,
    get isCompiled() {
      return isCompiled;
    },
    get pipeline() {
      log.push(`${label} now`);
      isCompiled = true;
      return made as GPUComputePipeline;
    },
    async compile() {
      log.push(`${label} begins`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (refuses) throw new GpuError(`The GPU does not compile ${label}`);
      isCompiled = true;
      log.push(`${label} ends`);
    },
  };
}
const device = (onCpu: boolean, log: string[] = []): Compiler => ({
  onCpu,
  compiled: { kernels: 0, elapsedMs: 0 },
  check: () => {},
  async done() {
    log.push('nothing is under way');
  },
  explain: (error) => Promise.reject(error as Error),
});

describe('kernels', () => {
  test('begin side by side in their order, each once', async () => {
    const log: string[] = [];
    const gpu = device(false);
    const [a, b] = [kernel('a', log), kernel('b', log)];
    const told: number[] = [];
    expect(await compileKernels(gpu, [a, b, a], { progress: ({ done }) => told.push(done) })).toBe(2);
    expect(log).toEqual(['a begins', 'b begins', 'a ends', 'b ends']);
    expect(told).toEqual([0, 1, 2]);
    expect(gpu.compiled.kernels).toBe(2);
    expect(await compileKernels(gpu, [a, b])).toBe(0);
  });

  test('on a CPU come one after the other, and others have their turn between', async () => {
    const log: string[] = [];
    const kernels = ['a', 'b', 'c'].map((label) => kernel(label, log));
    await compileKernels(device(true, log), kernels, {
      progress: ({ done }) => setTimeout(() => log.push(`turn ${done}`), 0),
    });
    // Submits before and after would be measured with the compiler's time.
    const idle = 'nothing is under way';
    expect(log.filter((line) => line !== 'turn 0')).toEqual([
      idle,
      'a now',
      'turn 1',
      'b now',
      'turn 2',
      'c now',
      'turn 3',
      idle,
    ]);
  });

  test.each([true, false])(
    'are left when they are cancelled, and nothing more is told: CPU %s',
    async (onCpu) => {
      const log: string[] = [];
      const stop = new AbortController();
      const told: number[] = [];
      const progress = ({ done }: { done: number }) => {
        told.push(done);
        if (done === 1) stop.abort();
      };
      const kernels = ['a', 'b', 'c'].map((label) => kernel(label, log));
      await expect(compileKernels(device(onCpu), kernels, { signal: stop.signal, progress })).rejects.toThrow(
        CancelledError,
      );
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(told).toEqual([0, 1]);
      if (onCpu) expect(log).toEqual(['a now']);
    },
  );

  test('that the device refuses are an error', async () => {
    const log: string[] = [];
    await expect(compileKernels(device(false), [kernel('a', log), kernel('b', log, true)])).rejects.toThrow(
      'does not compile b',
    );
  });
});
