import type { ComputePath } from '../../../model/runtime';

const paths: Record<ComputePath, string> = {
  int8: 'integers (activations rounded to int8)',
  matrix: 'matrix units (float16)',
  float16: 'float16',
  float32: 'float32',
};

export const device = {
  report: 'Save a report',
  found: 'Found',
  adapter: 'Adapter',
  lanes: 'Sums across lanes',
  lanesHelp: 'The variant of the kernels that runs here',
  subgroups: {
    subgroup: (n: number) => `subgroups of ${n}`,
    pinned: (n: number) => `subgroups, asked to be of ${n}`,
    mixed: (n: number) => `subgroups of any size, ${n} lanes a team`,
    shared: () => 'workgroup memory',
  },
  halves: '16-bit floats',
  hasHalves: 'shader-f16',
  noHalves: 'packed, no shader-f16 needed',
  binding: 'Largest binding',
  bindingHelp: (bytes: number) => `${bytes.toLocaleString('en')} bytes. Larger tensors are split by rows`,
  packed: 'Packed 8-bit integers',
  nativePacked: 'WGSL’s own',
  emulatedPacked: 'emulated: this browser’s WGSL lacks them',
  workgroup: 'Workgroup memory',
  staged: (columns: number) =>
    columns > 0
      ? `Holds rows of ${columns.toLocaleString('en')} activations; products of one token with longer rows are computed in float32`
      : 'Products of one token read float32 activations and stage none',
  memoryWhy: 'Browsers do not say how much memory a GPU has. Say it once: what fits is told by it.',

  selfTest: 'Self-test',
  tookMs: (ms: number) => `${ms.toFixed(0)} ms`,
  exact: 'Files are exact',
  broken: 'Files will be refused',
  division: 'Division',
  nativeDivision: 'correctly rounded: used',
  byIntegers: 'approximate: by integers instead',
  divisionHelp: (constant: string, root: string) => `By a constant ${constant}, square root ${root}`,
  rounding: 'Rounding',
  exactFiles: 'exact files',
  brokenFiles: 'broken: files will be refused',
  roundingHelp: (isFused: boolean, halves: string) =>
    `a × b + c ${isFused ? 'is fused (fenced off)' : 'is not fused'}; packing to half ${halves} (done by integers)`,
  denormals: 'Denormals',
  denormalsHelp:
    'Numbers below 1.2e−38. Where they are flushed, blocks of weights below 1e−6 may differ from llama.cpp’s',

  products: 'How it multiplies',
  paths,
  one: 'Products of one token',
  many: 'Products of many',
  usual: 'Float weights (F32, F16, BF16) are multiplied in float32',
  measuredOne: (what: string, threads: number) =>
    `Measured here for 4 M weights: ${what}. ${threads} threads a workgroup`,
  measuredMany: (what: string) => `Measured here for 4 M weights and 128 tokens: ${what}`,
  doesNotRun: (path: string) => `${path} does not run here`,
  pathTook: (path: string, took: string, error: string) => `${path} ${took}, error ${error}`,
  notUsed: 'not used',
  ms: (n: number) => `${n.toPrecision(3)} ms`,
  compare: 'Compare with float32',
  beside: (type: string) => `${type} beside float32`,
  difference: (kl: string, same: string) => `KL ${kl}, same top token ${same} %`,
  differenceHelp: (positions: number, largest: string) =>
    `Over ${positions} positions of a text that the level writes; largest ${largest}`,

  limits: 'Speed against this device’s own limit',
  noRuns: 'Measure levels, and the share of this device’s own limit that each reaches stands here.',
  measure: 'Measure levels',
  level: 'Level',
  speed: 'Tokens/s',
  limit: 'Limit',
  reached: 'Reached',
  bound: { bytes: 'by memory', dispatches: 'by dispatches' },
  boundHelp: (gigabytes: string) =>
    `Each token reads ${gigabytes} of weights and cache. The limit is measured, too`,

  memory: 'Who holds GPU memory',
  inUse: 'in use',
  atMost: 'at most',
  nobody: 'Nothing is held.',
  owner: 'Owner',
  bytes: 'MB',
  freeLevel: (type: string) => `Free memory of ${type}`,
};
