// Attention of a decode step. A workgroup of SUBGROUPS subgroups owns ROWS query heads of one key head (GQA) and one KV
// split. The last KV split also normalizes and rotates the token's own key and writes it, with its value, to the cache.
// A single KV split writes the result; several write partial results for ops/attention-combine. `window` counts the
// positions that the token attends to, itself included; 0 is unlimited. Slots `kv` and `kv_store`.
//#import kv_store
//#import lib/float/soft-cap
//#import lib/attention/heads
//#import lib/attention/softmax-tile
struct Params {
  heads: u32, kv_heads: u32, epsilon: f32, kv_scales: u32, scale: f32, cap: f32, window: u32, shortest: u32,
  even_splits: u32, max_splits: u32, first_workgroup: u32,
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
override SUBGROUPS: u32 = 1u;
override THREADS: u32 = SUBGROUP_SIZE * SUBGROUPS;
// Invocations that divide the positions of a quad among them: THREADS / QUADS, at least 1.
override VALUE_GROUPS: u32 = 1u;
var<workgroup> own_key: array<vec4f, QUADS>;
var<workgroup> own_value: array<vec4f, QUADS>;
var<workgroup> gathered: array<vec4f, SUBGROUPS>;
var<workgroup> group_sums: array<vec4f, THREADS>;

fn gather(own: vec4f, thread: u32) {
  workgroupBarrier();
  if (thread % SUBGROUP_SIZE == 0u) { gathered[thread / SUBGROUP_SIZE] = own; }
  workgroupBarrier();
}
fn workgroup_sum4(x: vec4f, thread: u32) -> vec4f {
  var sum = subgroup_sum4(x, thread % SUBGROUP_SIZE);
  if (SUBGROUPS > 1u) {
    gather(sum, thread);
    sum = gathered[0];
    for (var s = 1u; s < SUBGROUPS; s++) { sum += gathered[s]; }
  }
  return sum;
}
fn workgroup_max4(x: vec4f, thread: u32) -> vec4f {
  var maximum = subgroup_max4(x, thread % SUBGROUP_SIZE);
  if (SUBGROUPS > 1u) {
    gather(maximum, thread);
    maximum = gathered[0];
    for (var s = 1u; s < SUBGROUPS; s++) { maximum = max(maximum, gathered[s]); }
  }
  return maximum;
}

// Softmax state of a workgroup: query heads head0.., the maximum of their scores, the sum of exp(score - maximum), and
// exp(own score - maximum), which is 0 unless the KV split is the last.
struct Part { head0: u32, rows: u32, split: u32, maximum: vec4f, total: vec4f, own_prob: vec4f, }
const ONLY_SPLIT: u32 = 0xffffffffu;

// Adds the token's own value to a quad of a row and stores it. `row` is a constant, so that no vector is indexed at
// run time.
fn put_row(part: Part, row: u32, quad: u32, others: vec4f, maximum: f32, total: f32, own_prob: f32) {
  if (row >= part.rows) { return; }
  let sum = others + own_prob * own_value[quad];
  if (part.split == ONLY_SPLIT) {
    y[(part.head0 + row) * QUADS + quad] = sum / total;
  } else {
    let at = ((part.head0 + row) * params.max_splits + part.split) * (QUADS + 1u);
    if (quad == 0u) { parts[at] = vec4f(maximum, total, 0.0, 0.0); }
    parts[at + 1u + quad] = sum;
  }
}
fn put(part: Part, quad: u32, sums: mat4x4f) {
  put_row(part, 0u, quad, sums[0], part.maximum.x, part.total.x, part.own_prob.x);
  if (ROWS > 1u) { put_row(part, 1u, quad, sums[1], part.maximum.y, part.total.y, part.own_prob.y); }
  if (ROWS > 2u) { put_row(part, 2u, quad, sums[2], part.maximum.z, part.total.z, part.own_prob.z); }
  if (ROWS > 3u) { put_row(part, 3u, quad, sums[3], part.maximum.w, part.total.w, part.own_prob.w); }
}
// Sum over the invocations that share a quad; complete for the first of them.
fn sum_of_groups(own: vec4f, thread: u32) -> vec4f {
  workgroupBarrier();
  group_sums[thread] = own;
  workgroupBarrier();
  var sum = own;
  if (thread < QUADS) {
    for (var g = 1u; g < VALUE_GROUPS; g++) { sum += group_sums[g * QUADS + thread]; }
  }
  return sum;
}

@compute @workgroup_size(SUBGROUP_SIZE * SUBGROUPS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) thread: u32) {
  let group = params.heads / params.kv_heads;
  let sets = (group + ROWS - 1u) / ROWS;
  let column = params.first_workgroup + wid.x;
  let kv_head = column / sets;
  let head0 = kv_head * group + column % sets * ROWS;
  let last_head = (kv_head + 1u) * group - 1u;
  // Heads beyond the GQA group repeat its last and are not stored.
  let heads = min(head0 + vec4u(0u, 1u, 2u, 3u), vec4u(last_head));
  let position = state[0];
  let splits = kv_splits_of(position + 1u);
  let first = splits.first + wid.y * splits.length;
  let is_last = wid.y == splits.count - 1u;
  let end = select(first + splits.length, position, is_last);

  let start = heads * HEAD_DIM;
  let key = head_start(0u, params.heads + kv_head);
  var scale = vec4f(1.0);
  var key_scale = 1.0;
  if (HEAD_NORM) {
    var squares = vec4f();
    var key_squares = 0.0;
    for (var d = thread; d < HEAD_DIM; d += THREADS) {
      let v = vec4f(qkv[start.x + d], qkv[start.y + d], qkv[start.z + d], qkv[start.w + d]);
      squares += v * v;
      key_squares += qkv[key + d] * qkv[key + d];
    }
    let sums = workgroup_sum4(squares, thread);
    scale = vec4f(inverse_rms(sums.x), inverse_rms(sums.y), inverse_rms(sums.z), inverse_rms(sums.w));
    key_scale = inverse_rms(workgroup_sum4(vec4f(key_squares), thread).x);
  }
  for (var i = thread; i < HEAD_DIM; i += THREADS) {
    let row = i & 3u;
    queries[i] = rotated4(min(head0 + row, last_head) * HEAD_DIM, i / 4u, component(scale, row), 0u, position);
  }
  if (is_last) {
    for (var quad = thread; quad < QUADS; quad += THREADS) {
      own_key[quad] = rotated4(key, quad, key_scale, HEAD_DIM, position);
      own_value[quad] = value4(key + params.kv_heads * HEAD_DIM, quad);
    }
  }
  workgroupBarrier();
  // A quantized cache stores what it can hold: the token attends to its own key and value as they will be read back.
  if (is_last) {
    for (var unit = thread; unit < UNITS; unit += THREADS) {
      var x: KvUnit;
      let count = min(8u, QUADS - unit * 8u);
      for (var i = 0u; i < count; i++) {
        x.k[i] = own_key[unit * 8u + i];
        x.v[i] = own_value[unit * 8u + i];
      }
      let stored = store_unit(position, kv_head, unit, x, column % sets == 0u);
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
    for (var quad = thread; quad < QUADS; quad += THREADS) { sum += scores4(own_key[quad], queries4(quad)); }
    own = capped4(workgroup_sum4(sum, thread));
  }
  let low = vec4u(first);
  let maximum = max(own, workgroup_max4(score_tile(first, end, low, vec4u(end), kv_head, thread), thread));
  let own_prob = select(vec4f(), exp(own - maximum), is_last);
  let total = workgroup_sum4(softmax_tile(end - first, maximum, thread), thread) + own_prob;
  workgroupBarrier();
  let rows = min(ROWS, group - column % sets * ROWS);
  let part = Part(head0, rows, select(wid.y, ONLY_SPLIT, splits.count == 1u), maximum, total, own_prob);
  if (VALUE_GROUPS > 1u) {
    let g = thread / QUADS;
    var sums = mat4x4f();
    if (g < VALUE_GROUPS) { sums = strided_sums(first, end - first, kv_head, thread % QUADS, g, VALUE_GROUPS); }
    sums[0] = sum_of_groups(sums[0], thread);
    if (ROWS > 1u) { sums[1] = sum_of_groups(sums[1], thread); }
    if (ROWS > 2u) { sums[2] = sum_of_groups(sums[2], thread); }
    if (ROWS > 3u) { sums[3] = sum_of_groups(sums[3], thread); }
    if (thread < QUADS) { put(part, thread, sums); }
  } else {
    for (var quad = thread; quad < QUADS; quad += select(1u, 2u, DEEP) * THREADS) {
      let other = quad + THREADS;
      let sums = weighted_sums(first, end - first, kv_head, quad, min(other, QUADS - 1u));
      put(part, quad, sums.a);
      if (DEEP && other < QUADS) { put(part, other, sums.b); }
    }
  }
}
