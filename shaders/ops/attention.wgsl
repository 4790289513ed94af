// Causal attention with an online softmax: a workgroup owns one head of one token. Lanes take one position each for
// the scores, then share them out and own quads of the head dimension for the weighted sum. Queries lie in rows with
// their keys and values. A window bounds how far back a token sees, itself included; 0 is no bound.
//#import lanes
//#import kv_load
//#import lib/soft-cap
struct Params { heads: u32, kv_heads: u32, head_dim: u32, scale: f32, cap: f32, window: u32, }
@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read> q: array<vec4f>;
@group(0) @binding(2) var<storage, read> k_cache: array<u32>;
@group(0) @binding(3) var<storage, read> v_cache: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

override LANES: u32 = 64u;
const MAX_QUADS: u32 = 16u;     // of a head, per lane: head dimensions up to 64 x LANES
const LOWEST: f32 = -3.0e38;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = wid.x;
  let token = wid.y;
  let quads = params.head_dim / 4u;
  let kv_quads = params.kv_heads * quads;
  let kv_head = (head / (params.heads / params.kv_heads)) * quads;
  let q_start = (token * (params.heads + 2u * params.kv_heads) + head) * quads;
  let start = (token * params.heads + head) * quads;
  let positions = state[0] + token + 1u;
  var best = LOWEST;
  var total = 0.0;
  var acc: array<vec4f, MAX_QUADS>;
  var first = 0u;
  if (params.window > 0u && positions > params.window) { first = positions - params.window; }
  for (var base = first; base < positions; base += LANES) {
    var score = LOWEST;
    if (base + lane < positions) {
      let key = (base + lane) * kv_quads + kv_head;
      var sum = vec4f();
      for (var i = 0u; i < quads; i++) { sum += q[q_start + i] * kv_load4(true, key + i); }
      score = soft_cap(dot(sum, vec4f(1.0)) * params.scale, params.cap);
    }
    let higher = max(best, lane_max(score, lane));
    let weight = select(0.0, exp(score - higher), base + lane < positions);
    let keep = exp(best - higher);
    best = higher;
    total = total * keep + lane_sum(weight, lane);
    for (var i = 0u; i < MAX_QUADS; i++) { acc[i] *= keep; }
    for (var j = 0u; j < min(LANES, positions - base); j++) {
      let share = lane_broadcast(weight, lane, j);
      let value = (base + j) * kv_quads + kv_head;
      var n = 0u;
      for (var i = lane; i < quads; i += LANES) {
        acc[n] += share * kv_load4(false, value + i);
        n++;
      }
    }
  }
  var n = 0u;
  for (var i = lane; i < quads; i += LANES) {
    y[start + i] = acc[n] / total;
    n++;
  }
}
