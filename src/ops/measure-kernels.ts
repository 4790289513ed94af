// Kernels beside the model: the sampler's, and those that measure what comes out of it or what the device does.
import { defineKernel } from '../gpu/kernel';

/** The best of each class of logits, and what sampling wants to know of it. */
export const survey = defineKernel({
  shader: 'ops/survey',
  bindings: { logits: 'read', sampling: 'read', state: 'read', classes: 'read_write' },
  params: { vocabulary: 'u32', classes: 'u32' },
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
});
/** Minus the log-probability of each row's target. */
export const negativeLogLikelihood = defineKernel({
  shader: 'ops/negative-log-likelihood',
  bindings: { logits: 'read', targets: 'read', out: 'read_write' },
  params: { vocabulary: 'u32' },
});
/** A candidate's logits beside a base's: negative log-likelihood of both, divergence, same best token. */
export const klDivergence = defineKernel({
  shader: 'ops/kl-divergence',
  bindings: { base: 'read', logits: 'read', targets: 'read', out: 'read_write' },
  params: { vocabulary: 'u32' },
});
/** Sums of squares of the columns that go into a product. Constant EXPERTS. */
export const columnSquares = defineKernel({
  shader: 'ops/column-squares',
  bindings: { x: 'read', state: 'read', chosen: 'read', sums: 'read_write' },
  params: { cols: 'u32', rows_per_token: 'u32', pairs_per_row: 'u32', experts: 'u32' },
});
/** What subgroups add up to. Constants SUBGROUP_SIZE and SUBGROUPS. */
export const subgroup = defineKernel({
  shader: 'ops/subgroup-sums',
  bindings: { found: 'read_write' },
  params: { seed: 'u32', zero: 'u32' },
});
/** What the device's float arithmetic does. */
export const numerics = defineKernel({
  shader: 'ops/numerics',
  bindings: { counts: 'read_write', samples: 'read_write' },
  params: { cases: 'u32', samples: 'u32', zero: 'u32' },
});
/** What memory gives. Constant WIDTH. */
export const probeRead = defineKernel({
  shader: 'ops/probe-read',
  bindings: { x: 'read', y: 'read_write' },
  params: { quads: 'u32', per_invocation: 'u32' },
});
/** What a dispatch costs. */
export const probeGap = defineKernel({
  shader: 'ops/probe-gap',
  bindings: { y: 'read_write' },
  params: { step: 'u32' },
});
