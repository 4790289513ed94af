// A candidate's logits beside a base's, a row a workgroup: minus the log-probability that each gives the target, the
// Kullback-Leibler divergence of the candidate from the base in nats, and whether both have the same best token.
//#import lanes
struct Params { vocabulary: u32, }
@group(0) @binding(0) var<storage, read> base: array<f32>;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

override LANES: u32 = 64u;
const LOWEST: f32 = -3.4028234e38;

// The smallest index among the lanes that hold the largest value; exact up to 2^24.
fn index_of(most: f32, best: f32, index: u32, lane: u32) -> f32 {
  return -lane_max(select(LOWEST, -f32(index), best == most), lane);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = wid.x * params.vocabulary;
  var a_best = LOWEST;
  var b_best = LOWEST;
  var a_index = 0u;
  var b_index = 0u;
  for (var i = lane; i < params.vocabulary; i += LANES) {
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
  let a_most = lane_max(a_best, lane);
  let b_most = lane_max(b_best, lane);
  let same = index_of(a_most, a_best, a_index, lane) == index_of(b_most, b_best, b_index, lane);
  var a_sum = 0.0;
  var b_sum = 0.0;
  var moved = 0.0;
  for (var i = lane; i < params.vocabulary; i += LANES) {
    let a = base[start + i] - a_most;
    let b = logits[start + i] - b_most;
    let p = exp(a);
    a_sum += p;
    b_sum += exp(b);
    // What has no probability adds nothing, however far apart the logits are.
    moved += select(0.0, p * (a - b), p > 0.0);
  }
  a_sum = lane_sum(a_sum, lane);
  b_sum = lane_sum(b_sum, lane);
  moved = lane_sum(moved, lane);
  if (lane == 0u) {
    let target_at = start + targets[wid.x];
    out[wid.x] = vec4f(
      log(a_sum) + a_most - base[target_at],
      log(b_sum) + b_most - logits[target_at],
      moved / a_sum - log(a_sum) + log(b_sum),
      select(0.0, 1.0, same),
    );
  }
}
