// Compares a candidate's logits with the base's, one row per workgroup: negative log-likelihood of the target under
// base and candidate, KL divergence D(base || candidate) in nats, and 1 if the top token is the same.
//#import subgroup
struct Params { vocabulary: u32, }
@group(0) @binding(0) var<storage, read> base: array<f32>;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

override SUBGROUP_SIZE: u32 = 64u;
const LOWEST: f32 = -3.4028234e38;

// The smallest index with the maximum value, exact up to 2^24.
fn index_of(maximum: f32, best: f32, index: u32, invocation: u32) -> f32 {
  return -subgroup_max(select(LOWEST, -f32(index), best == maximum), invocation);
}

@compute @workgroup_size(SUBGROUP_SIZE)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let start = wid.x * params.vocabulary;
  var a_best = LOWEST;
  var b_best = LOWEST;
  var a_index = 0u;
  var b_index = 0u;
  for (var i = invocation; i < params.vocabulary; i += SUBGROUP_SIZE) {
    let a = base[start + i];
    let b = logits[start + i];
    if (a > a_best) {
      a_best = a;
      a_index = i;
    }
    if (b > b_best) {
      b_best = b;
      b_index = i;
    }
  }
  let a_maximum = subgroup_max(a_best, invocation);
  let b_maximum = subgroup_max(b_best, invocation);
  let same = index_of(a_maximum, a_best, a_index, invocation) == index_of(b_maximum, b_best, b_index, invocation);
  var a_sum = 0.0;
  var b_sum = 0.0;
  var divergence = 0.0;
  for (var i = invocation; i < params.vocabulary; i += SUBGROUP_SIZE) {
    let a = base[start + i] - a_maximum;
    let b = logits[start + i] - b_maximum;
    let p = exp(a);
    a_sum += p;
    b_sum += exp(b);
    // A probability of 0 adds nothing, even if a - b is not finite.
    divergence += select(0.0, p * (a - b), p > 0.0);
  }
  a_sum = subgroup_sum(a_sum, invocation);
  b_sum = subgroup_sum(b_sum, invocation);
  divergence = subgroup_sum(divergence, invocation);
  if (invocation == 0u) {
    let target_at = start + targets[wid.x];
    out[wid.x] = vec4f(
      log(a_sum) + a_maximum - base[target_at],
      log(b_sum) + b_maximum - logits[target_at],
      divergence / a_sum - log(a_sum) + log(b_sum),
      select(0.0, 1.0, same),
    );
  }
}
