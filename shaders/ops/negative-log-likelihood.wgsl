// Negative log-likelihood of each row's target, one row per workgroup: log(sum(exp(logits))) - logits[target].
//#import subgroup
struct Params { vocabulary: u32, }
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

override SUBGROUP_SIZE: u32 = 64u;

@compute @workgroup_size(SUBGROUP_SIZE)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let start = wid.x * params.vocabulary;
  var maximum = -3.4028234e38;
  for (var i = invocation; i < params.vocabulary; i += SUBGROUP_SIZE) { maximum = max(maximum, logits[start + i]); }
  maximum = subgroup_max(maximum, invocation);
  var sum = 0.0;
  for (var i = invocation; i < params.vocabulary; i += SUBGROUP_SIZE) { sum += exp(logits[start + i] - maximum); }
  sum = subgroup_sum(sum, invocation);
  if (invocation == 0u) { out[wid.x] = log(sum) + maximum - logits[start + targets[wid.x]]; }
}
