// Causal attention of a prefill pass whose keys and values are in the cache. A workgroup owns four query rows of one
// key head (heads of the GQA group first, then tokens) and walks the positions in tiles with an online softmax.
// `window` counts the positions that a token attends to, itself included; 0 is unlimited. Slot `kv`.
//#import kv
//#import lib/float/soft-cap
//#import lib/attention/heads
//#import lib/attention/softmax-tile
//#import subgroup
struct Params {
  heads: u32, kv_heads: u32, epsilon: f32, kv_scales: u32, scale: f32, cap: f32, window: u32,
  first_workgroup: u32,
}
@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read> rotation: array<vec2f>;
@group(0) @binding(2) var<storage, read> qkv: array<f32>;
@group(0) @binding(3) var<storage, read> head_norm: array<f32>;
@group(0) @binding(4) var<storage, read> k_cache: array<u32>;
@group(0) @binding(5) var<storage, read> v_cache: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

override SUBGROUP_SIZE: u32 = 64u;
override THREADS: u32 = SUBGROUP_SIZE;
// Unnormalized output: quad q of row r is at 4 q + r.
var<workgroup> acc: array<vec4f, HEAD_DIM>;

fn rescale_add(quad: u32, sums: mat4x4f, rescale: vec4f) {
  let at = quad * 4u;
  acc[at] = acc[at] * rescale.x + sums[0];
  acc[at + 1u] = acc[at + 1u] * rescale.y + sums[1];
  acc[at + 2u] = acc[at + 2u] * rescale.z + sums[2];
  acc[at + 3u] = acc[at + 3u] * rescale.w + sums[3];
}

@compute @workgroup_size(SUBGROUP_SIZE)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let group = params.heads / params.kv_heads;
  let rows = group * state[1];
  let kv_head = params.first_workgroup + wid.x;
  let row0 = wid.y * 4u;
  if (row0 >= rows) { return; }
  // Rows beyond the last repeat it and are not stored.
  let row = min(row0 + vec4u(0u, 1u, 2u, 3u), vec4u(rows - 1u));
  let token = row / group;
  let head = kv_head * group + row % group;
  let start = (token * (params.heads + 2u * params.kv_heads) + head) * HEAD_DIM;
  let high = state[0] + token + 1u;
  let low = select(vec4u(), high - min(high, vec4u(params.window)), vec4<bool>(params.window > 0u));
  var scale = vec4f(1.0);
  if (HEAD_NORM) {
    var squares = vec4f();
    for (var d = invocation; d < HEAD_DIM; d += SUBGROUP_SIZE) {
      let v = vec4f(qkv[start.x + d], qkv[start.y + d], qkv[start.z + d], qkv[start.w + d]);
      squares += v * v;
    }
    let sums = subgroup_sum4(squares, invocation);
    scale = vec4f(inverse_rms(sums.x), inverse_rms(sums.y), inverse_rms(sums.z), inverse_rms(sums.w));
  }
  for (var i = invocation; i < HEAD_DIM; i += SUBGROUP_SIZE) {
    let own = min(row0 + (i & 3u), rows - 1u);
    let own_start = ((own / group) * (params.heads + 2u * params.kv_heads) + kv_head * group + own % group) * HEAD_DIM;
    queries[i] = rotated4(own_start, i / 4u, component(scale, i & 3u), 0u, state[0] + own / group);
    acc[i] = vec4f();
  }
  workgroupBarrier();
  var maximum = vec4f(LOWEST);
  var total = vec4f();
  for (var first = low.x; first < high.w; first += TILE) {
    let end = min(first + TILE, high.w);
    let higher = max(maximum, subgroup_max4(score_tile(first, end, low, high, kv_head, invocation), invocation));
    let rescale = exp(maximum - higher);
    maximum = higher;
    total = total * rescale + subgroup_sum4(softmax_tile(end - first, maximum, invocation), invocation);
    workgroupBarrier();
    for (var quad = invocation; quad < QUADS; quad += select(1u, 2u, DEEP) * SUBGROUP_SIZE) {
      let other = quad + SUBGROUP_SIZE;
      let sums = weighted_sums(first, end - first, kv_head, quad, min(other, QUADS - 1u));
      rescale_add(quad, sums.a, rescale);
      if (DEEP && other < QUADS) { rescale_add(other, sums.b, rescale); }
    }
    workgroupBarrier();
  }
  for (var i = invocation; i < HEAD_DIM; i += SUBGROUP_SIZE) {
    let own = row0 + (i & 3u);
    if (own < rows) {
      y[((own / group) * params.heads + kv_head * group + own % group) * QUADS + i / 4u] =
        acc[i] / component(total, i & 3u);
    }
  }
}
