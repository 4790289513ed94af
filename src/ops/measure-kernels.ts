// Kernels outside the model graph: sampling, evaluation, calibration, and measurement of the device.
import { defineKernel } from '../gpu/kernel';

/** Counts of the tokens that penalties look back at. */
export const countWindow = defineKernel({
  shader: 'ops/count-window',
  bindings: { history: 'read', sampling: 'read', state: 'read', counts: 'read_write' },
  params: { vocabulary: 'u32' },
});
/** Logits with repeat, frequency and presence penalties. Zeroes the counts. */
export const penalize = defineKernel({
  shader: 'ops/penalize',
  bindings: { logits: 'read', sampling: 'read', counts: 'read_write', penalized: 'read_write' },
  params: { vocabulary: 'u32' },
});
/** Logits of the sampled token and of the four likeliest, and what their softmax divides by. */
export const likeliest = defineKernel({
  shader: 'ops/likeliest',
  bindings: { logits: 'read', classes: 'read', state: 'read', scores: 'read_write' },
  params: { vocabulary: 'u32', classes: 'u32', slots: 'u32' },
  operations: ({ vocabulary, classes }) => 20 * classes + (40 * vocabulary) / classes,
});
/** First pass of sampling: maximum, mass and a draw of each class of tokens. Constant SCORED: every mass. */
export const survey = defineKernel({
  shader: 'ops/survey',
  bindings: { logits: 'read', sampling: 'read', state: 'read', classes: 'read_write' },
  params: { vocabulary: 'u32', classes: 'u32' },
  operations: ({ vocabulary, classes }) => (64 * 20 * vocabulary) / classes,
});
export const sample = defineKernel({
  shader: 'ops/sample',
  bindings: {
    logits: 'read',
    classes: 'read',
    sampling: 'read',
    state: 'read_write',
    tokens: 'read_write',
    history: 'read_write',
  },
  params: { vocabulary: 'u32', classes: 'u32', capacity: 'u32' },
  operations: ({ vocabulary }) => 4 * vocabulary,
});
/** Negative log-likelihood of each row's target. */
export const negativeLogLikelihood = defineKernel({
  shader: 'ops/negative-log-likelihood',
  bindings: { logits: 'read', targets: 'read', out: 'read_write' },
  params: { vocabulary: 'u32' },
  operations: ({ vocabulary }) => 20 * vocabulary,
});
/** Compares a candidate's logits with the base's: both negative log-likelihoods, KL divergence, same top token. */
export const klDivergence = defineKernel({
  shader: 'ops/kl-divergence',
  bindings: { base: 'read', logits: 'read', targets: 'read', out: 'read_write' },
  params: { vocabulary: 'u32' },
  operations: ({ vocabulary }) => 20 * vocabulary,
});
/** Sums of squared activations by column, for an importance matrix. Constant EXPERTS. */
export const columnSquares = defineKernel({
  shader: 'ops/column-squares',
  bindings: { x: 'read', state: 'read', chosen: 'read', sums: 'read_write' },
  params: { cols: 'u32', rows_per_token: 'u32', pairs_per_row: 'u32', experts: 'u32' },
  operations: () => 64 * 8,
  repeats: (_, { tokens }) => tokens,
});
/** Self-test of the subgroup operations. Constant SUBGROUPS. */
export const subgroup = defineKernel({
  shader: 'ops/subgroup-sums',
  bindings: { found: 'read_write' },
  params: { seed: 'u32', zero: 'u32' },
});
/** Self-test of float arithmetic. */
export const numerics = defineKernel({
  shader: 'ops/numerics',
  bindings: { counts: 'read_write', samples: 'read_write' },
  params: { cases: 'u32', samples: 'u32', zero: 'u32' },
  operations: () => 64 * 2000,
});
/** Read bandwidth. Constant WIDTH. */
export const probeRead = defineKernel({
  shader: 'ops/probe-read',
  bindings: { x: 'read', y: 'read_write' },
  params: { quads: 'u32', per_invocation: 'u32', first_workgroup: 'u32' },
  operations: ({ per_invocation: each }, { WIDTH = 256 }) => 32 * each * WIDTH,
  cut: 'columns',
});
/** Dispatch overhead. */
export const probeGap = defineKernel({
  shader: 'ops/probe-gap',
  bindings: { y: 'read_write' },
  params: { step: 'u32' },
});
