// Minus the log-probability of each row's target, a row a workgroup: log(sum(exp(logits))) - logits[target].
//#import lanes
struct Params { vocabulary: u32, }
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read_write> surprise: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES: u32 = 64u;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = wid.x * params.vocabulary;
  var most = -3.4028234e38;
  for (var i = lane; i < params.vocabulary; i += LANES) { most = max(most, logits[start + i]); }
  most = lane_max(most, lane);
  var sum = 0.0;
  for (var i = lane; i < params.vocabulary; i += LANES) { sum += exp(logits[start + i] - most); }
  sum = lane_sum(sum, lane);
  if (lane == 0u) { surprise[wid.x] = log(sum) + most - logits[start + targets[wid.x]]; }
}
