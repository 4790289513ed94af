// Attention of one token. A workgroup owns up to four query heads (ROWS) that share a key head, and a span of positions; the
// last span also normalizes and rotates the token's own key and writes it, with its value, into the cache. One span
// gives the result; several give parts, which ops/attention-combine adds up. A window bounds how far back the token sees, itself
// included; 0 is no bound. Slots `kv` and `kv_store`.
//#import lanes
//#import kv_store
//#import lib/float/soft-cap
//#import lib/attention/heads
//#import lib/attention/softmax-tile
struct Params {
  heads: u32, kv_heads: u32, epsilon: f32, kv_scales: u32, scale: f32, cap: f32, window: u32, shortest: u32,
  most_spans: u32,
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

override LANES: u32 = 64u;
var<workgroup> own_key: array<vec4f, QUADS>;
var<workgroup> own_value: array<vec4f, QUADS>;

// What a workgroup found: rows from `head0` on, their highest scores and the sums of their shares.
struct Part { head0: u32, rows: u32, span: u32, most: vec4f, total: vec4f, }
const ONLY_SPAN: u32 = 0xffffffffu;

// Stores a quad of the rows, to which the token's own value is added.
fn put(part: Part, quad: u32, mixed: mat4x4f, own_share: vec4f) {
  let own = own_value[quad];
  for (var r = 0u; r < part.rows; r++) {
    let sum = mixed[r] + own_share[r] * own;
    if (part.span == ONLY_SPAN) {
      y[(part.head0 + r) * QUADS + quad] = sum / part.total[r];
    } else {
      let at = ((part.head0 + r) * params.most_spans + part.span) * (QUADS + 1u);
      if (quad == 0u) { parts[at] = vec4f(part.most[r], part.total[r], 0.0, 0.0); }
      parts[at + 1u + quad] = sum;
    }
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = params.heads / params.kv_heads;
  let sets = (group + ROWS - 1u) / ROWS;
  let kv_head = wid.x / sets;
  let head0 = kv_head * group + wid.x % sets * ROWS;
  // Rows beyond the group are computed as its last and not stored.
  let heads = min(head0 + vec4u(0u, 1u, 2u, 3u), vec4u((kv_head + 1u) * group - 1u));
  let position = state[0];
  let spans = spans_of(position + 1u);
  let first = spans.first + wid.y * spans.length;
  let is_last = wid.y == spans.count - 1u;
  let end = select(first + spans.length, position, is_last);

  let start = heads * HEAD_DIM;
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
    queries[i] = rotated4(start[i & 3u], i / 4u, scale[i & 3u], 0u, position);
  }
  if (is_last) {
    let key = head_start(0u, params.heads + kv_head);
    var key_squares = 0.0;
    if (HEAD_NORM) {
      for (var d = 0u; d < HEAD_DIM; d++) { key_squares += qkv[key + d] * qkv[key + d]; }
    }
    let key_scale = inverse_rms(key_squares);
    for (var unit = lane; unit < UNITS; unit += LANES) {
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
    for (var quad = lane; quad < QUADS; quad += LANES) { sum += scores4(own_key[quad], queries4(quad)); }
    own = capped4(lane_sum4(sum, lane));
  }
  let low = vec4u(first);
  let most = max(own, lane_max4(score_span(first, end, low, vec4u(end), kv_head, lane), lane));
  let own_share = select(vec4f(), exp(own - most), is_last);
  let total = lane_sum4(share_span(end - first, most, lane), lane) + own_share;
  workgroupBarrier();
  let rows = min(ROWS, group - wid.x % sets * ROWS);
  let part = Part(head0, rows, select(wid.y, ONLY_SPAN, spans.count == 1u), most, total);
  for (var quad = lane; quad < QUADS; quad += select(1u, 2u, DEEP) * LANES) {
    let other = quad + LANES;
    let mixed = mix_span(first, end - first, kv_head, quad, min(other, QUADS - 1u));
    put(part, quad, mixed.a, select(vec4f(), own_share, is_last));
    if (DEEP && other < QUADS) { put(part, other, mixed.b, select(vec4f(), own_share, is_last)); }
  }
}
