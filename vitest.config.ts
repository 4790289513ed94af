import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** GPU files that take longest, first: both workers end together. */
const LONGEST = [
  'engine',
  'cli',
  'export',
  'fast',
  'kernels',
  'faults',
  'penalties',
  'same-results',
  'checkpoints',
  'shaders',
  'tune',
  'running',
  'search',
  'fallbacks',
  'engine-limits',
  'format',
  'attention-shapes',
  'experts',
  'running',
  'builtin-quality',
  'kl-divergence-paged',
  'shaders',
];
const placeOf = ({ moduleId }: TestSpecification): number => {
  const at = LONGEST.indexOf(basename(moduleId).replace(/\.gpu\.test\.ts$/, ''));
  return at < 0 ? LONGEST.length : at;
};

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b));
  }
}

const PURE_WORKERS = Math.max(2, availableParallelism() - 1);
const PAGE = 'src/{browser,store,ui}/**/*.test.ts';

export default defineConfig({
  test: {
    // Many times what a test takes: machines are shared.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['src/**/*.test.ts'],
          exclude: ['src/**/*.{gpu,native}.test.ts', PAGE],
          environment: 'node',
          pool: 'threads',
          // Loading the modules again for each file took half of the lane.
          isolate: false,
          maxWorkers: PURE_WORKERS,
        },
      },
      {
        extends: true,
        // The page's modules have state, and their tests have other modules in place of the browser's.
        test: {
          name: 'page',
          include: [PAGE],
          environment: 'node',
          pool: 'threads',
          maxWorkers: PURE_WORKERS,
        },
      },
      {
        extends: true,
        // Most of a file's time goes to compiling kernels, which a software adapter does on one core: two processes, each
        // with a device that lives on from file to file.
        test: {
          name: 'gpu',
          include: ['src/**/*.gpu.test.ts'],
          environment: 'node',
          pool: 'forks',
          isolate: false,
          maxWorkers: 2,
          setupFiles: ['src/testing/setup-gpu.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        // Against llama.cpp itself, which scripts/native holds once the lane has installed it.
        test: {
          name: 'native',
          include: ['src/**/*.native.test.ts'],
          environment: 'node',
          pool: 'forks',
          maxWorkers: 2,
          setupFiles: ['src/testing/setup-gpu.ts'],
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
