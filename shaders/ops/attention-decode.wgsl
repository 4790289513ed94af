// Attention of a decode step. A workgroup owns ROWS query heads of one key head (GQA) and one KV split. The last KV
// split also normalizes and rotates the token's own key and writes it, with its value, to the cache. A single KV split
// writes the result; several write partial results for ops/attention-combine. `window` counts the positions that the
// token attends to, itself included; 0 is unlimited. Slots `kv` and `kv_store`.
//#import kv_store
//#import lib/float/soft-cap
//#import lib/attention/heads
//#import lib/attention/softmax-tile
struct Params {
  heads: u32, kv_heads: u32, epsilon: f32, kv_scales: u32, scale: f32, cap: f32, window: u32, shortest: u32,
  max_splits: u32,
}
@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read> rotation: array<vec2f>;
@group(0) @binding(2) var<storage, read> qkv: array<f32>;
@group(0) @binding(3) var<storage, read> head_norm: array<f32>;
@group(0) @binding(4) var<storage, read_write> k_cache: array<u32>;
@group(0) @binding(5) var<storage, read_write> v_cache: array<u32>;
@group(0) @binding(6) var<storage, read_write> parts: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;
//#import lib/attention/kv-splits
//#import subgroup

override SUBGROUP_SIZE: u32 = 64u;
var<workgroup> own_key: array<vec4f, QUADS>;
var<workgroup> own_value: array<vec4f, QUADS>;

// Softmax state of a workgroup: query heads head0.., the maximum of their scores and the sum of exp(score - maximum).
struct Part { head0: u32, rows: u32, split: u32, maximum: vec4f, total: vec4f, }
const ONLY_SPLIT: u32 = 0xffffffffu;

// Adds the token's own value to a quad of each row and stores it.
fn put(part: Part, quad: u32, sums: mat4x4f, own_prob: vec4f) {
  let own = own_value[quad];
  for (var r = 0u; r < part.rows; r++) {
    let sum = sums[r] + own_prob[r] * own;
    if (part.split == ONLY_SPLIT) {
      y[(part.head0 + r) * QUADS + quad] = sum / part.total[r];
    } else {
      let at = ((part.head0 + r) * params.max_splits + part.split) * (QUADS + 1u);
      if (quad == 0u) { parts[at] = vec4f(part.maximum[r], part.total[r], 0.0, 0.0); }
      parts[at + 1u + quad] = sum;
    }
  }
}

@compute @workgroup_size(SUBGROUP_SIZE)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let group = params.heads / params.kv_heads;
  let sets = (group + ROWS - 1u) / ROWS;
  let kv_head = wid.x / sets;
  let head0 = kv_head * group + wid.x % sets * ROWS;
  // Heads beyond the GQA group repeat its last and are not stored.
  let heads = min(head0 + vec4u(0u, 1u, 2u, 3u), vec4u((kv_head + 1u) * group - 1u));
  let position = state[0];
  let splits = kv_splits_of(position + 1u);
  let first = splits.first + wid.y * splits.length;
  let is_last = wid.y == splits.count - 1u;
  let end = select(first + splits.length, position, is_last);

  let start = heads * HEAD_DIM;
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
    queries[i] = rotated4(start[i & 3u], i / 4u, scale[i & 3u], 0u, position);
  }
  if (is_last) {
    let key = head_start(0u, params.heads + kv_head);
    var key_squares = 0.0;
    if (HEAD_NORM) {
      for (var d = 0u; d < HEAD_DIM; d++) { key_squares += qkv[key + d] * qkv[key + d]; }
    }
    let key_scale = inverse_rms(key_squares);
    for (var unit = invocation; unit < UNITS; unit += SUBGROUP_SIZE) {
      var x: KvUnit;
      let count = min(8u, QUADS - unit * 8u);
      for (var i = 0u; i < count; i++) {
        x.k[i] = rotated4(key, unit * 8u + i, key_scale, HEAD_DIM, position);
        x.v[i] = value4(key + params.kv_heads * HEAD_DIM, unit * 8u + i);
      }
      let stored = store_unit(position, kv_head, unit, x, wid.x % sets == 0u);
      for (var i = 0u; i < count; i++) {
        own_key[unit * 8u + i] = stored.k[i];
        own_value[unit * 8u + i] = stored.v[i];
      }
    }
  }
  workgroupBarrier();

  var own = vec4f(LOWEST);
  if (is_last) {
    var sum = vec4f();
    for (var quad = invocation; quad < QUADS; quad += SUBGROUP_SIZE) { sum += scores4(own_key[quad], queries4(quad)); }
    own = capped4(subgroup_sum4(sum, invocation));
  }
  let low = vec4u(first);
  let maximum = max(own, subgroup_max4(score_tile(first, end, low, vec4u(end), kv_head, invocation), invocation));
  let own_prob = select(vec4f(), exp(own - maximum), is_last);
  let total = subgroup_sum4(softmax_tile(end - first, maximum, invocation), invocation) + own_prob;
  workgroupBarrier();
  let rows = min(ROWS, group - wid.x % sets * ROWS);
  let part = Part(head0, rows, select(wid.y, ONLY_SPLIT, splits.count == 1u), maximum, total);
  for (var quad = invocation; quad < QUADS; quad += select(1u, 2u, DEEP) * SUBGROUP_SIZE) {
    let other = quad + SUBGROUP_SIZE;
    let sums = weighted_sums(first, end - first, kv_head, quad, min(other, QUADS - 1u));
    put(part, quad, sums.a, select(vec4f(), own_prob, is_last));
    if (DEEP && other < QUADS) { put(part, other, sums.b, select(vec4f(), own_prob, is_last)); }
  }
}
