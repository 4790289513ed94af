// Causal attention of many tokens, whose keys and values are in the cache. A workgroup owns four rows of queries that
// share a key head (heads of a group first, then tokens) and goes through the positions in spans, with an online
// softmax from span to span. A window bounds how far back a token sees, itself included; 0 is no bound. Slot `kv`.
//#import lanes
//#import kv
//#import lib/float/soft-cap
//#import lib/attention/heads
//#import lib/attention/softmax-tile
struct Params {
  heads: u32, kv_heads: u32, epsilon: f32, kv_scales: u32, scale: f32, cap: f32, window: u32,
}
@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read> rotation: array<vec2f>;
@group(0) @binding(2) var<storage, read> qkv: array<f32>;
@group(0) @binding(3) var<storage, read> head_norm: array<f32>;
@group(0) @binding(4) var<storage, read> k_cache: array<u32>;
@group(0) @binding(5) var<storage, read> v_cache: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

override LANES: u32 = 64u;
// What the rows have added up: row r of quad q at 4 q + r.
var<workgroup> mixed: array<vec4f, HEAD_DIM>;

fn add(quad: u32, more: mat4x4f, keep: vec4f) {
  for (var r = 0u; r < 4u; r++) { mixed[quad * 4u + r] = mixed[quad * 4u + r] * keep[r] + more[r]; }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = params.heads / params.kv_heads;
  let rows = group * state[1];
  let row0 = wid.y * 4u;
  if (row0 >= rows) { return; }
  // Rows beyond the last are computed as the last and not stored.
  let row = min(row0 + vec4u(0u, 1u, 2u, 3u), vec4u(rows - 1u));
  let token = row / group;
  let head = wid.x * group + row % group;
  let start = (token * (params.heads + 2u * params.kv_heads) + head) * HEAD_DIM;
  let high = state[0] + token + 1u;
  let low = select(vec4u(), high - min(high, vec4u(params.window)), vec4<bool>(params.window > 0u));
  var scale = vec4f(1.0);
  if (HEAD_NORM) {
    var squares = vec4f();
    for (var d = lane; d < HEAD_DIM; d += LANES) {
      let v = vec4f(qkv[start.x + d], qkv[start.y + d], qkv[start.z + d], qkv[start.w + d]);
      squares += v * v;
    }
    let sums = lane_sum4(squares, lane);
    scale = vec4f(inverse_rms(sums.x), inverse_rms(sums.y), inverse_rms(sums.z), inverse_rms(sums.w));
  }
  for (var i = lane; i < HEAD_DIM; i += LANES) {
    queries[i] = rotated4(start[i & 3u], i / 4u, scale[i & 3u], 0u, high[i & 3u] - 1u);
    mixed[i] = vec4f();
  }
  workgroupBarrier();
  var most = vec4f(LOWEST);
  var total = vec4f();
  for (var first = low.x; first < high.w; first += SPAN) {
    let end = min(first + SPAN, high.w);
    let higher = max(most, lane_max4(score_span(first, end, low, high, wid.x, lane), lane));
    let keep = exp(most - higher);
    most = higher;
    total = total * keep + lane_sum4(share_span(end - first, most, lane), lane);
    workgroupBarrier();
    for (var quad = lane; quad < QUADS; quad += select(1u, 2u, DEEP) * LANES) {
      let other = quad + LANES;
      let more = mix_span(first, end - first, wid.x, quad, min(other, QUADS - 1u));
      add(quad, more.a, keep);
      if (DEEP && other < QUADS) { add(other, more.b, keep); }
    }
    workgroupBarrier();
  }
  for (var i = lane; i < HEAD_DIM; i += LANES) {
    let r = i & 3u;
    if (row0 + r < rows) { y[(token[r] * params.heads + head[r]) * QUADS + i / 4u] = mixed[i] / total[r]; }
  }
}
