//#import lib/component
// Attention of up to four query rows of one key head over a tile of positions. Each of THREADS invocations (defined by
// the kernel) computes the scores of some positions, then the weighted sum of some quads of the values. All rows use the
// keys and values that are read.
override ROWS: u32 = 4u;
// Positions whose scores an invocation computes at once: 1, 2 or 4. The queries are read once for all of them.
override POSITIONS: u32 = 2u;
// Two quads of the values per invocation instead of one. Workgroup memory is then read less often, which pays on CPU
// adapters.
override DEEP: bool = false;
// Maximum number of positions of a tile.
override TILE: u32 = 256u;
const LOWEST: f32 = -3.0e38;
// Quad q of query row r is at 4 q + r.
var<workgroup> queries: array<vec4f, HEAD_DIM>;
// Scores of the four rows by position, then exp(score - maximum).
var<workgroup> probs: array<vec4f, TILE>;

// Column r is quad `quad` of query row r.
fn queries4(quad: u32) -> mat4x4f {
  let at = quad * 4u;
  var q = mat4x4f();
  q[0] = queries[at];
  if (ROWS > 1u) { q[1] = queries[at + 1u]; }
  if (ROWS > 2u) { q[2] = queries[at + 2u]; }
  if (ROWS > 3u) { q[3] = queries[at + 3u]; }
  return q;
}
fn scores4(key: vec4f, q: mat4x4f) -> vec4f {
  var sum = vec4f(dot(key, q[0]), 0.0, 0.0, 0.0);
  if (ROWS > 1u) { sum.y = dot(key, q[1]); }
  if (ROWS > 2u) { sum.z = dot(key, q[2]); }
  if (ROWS > 3u) { sum.w = dot(key, q[3]); }
  return sum;
}
fn capped4(scores: vec4f) -> vec4f {
  let x = scores * params.scale;
  if (params.cap == 0.0) { return x; }
  return vec4f(soft_cap(x.x, params.cap), soft_cap(x.y, params.cap), soft_cap(x.z, params.cap),
    soft_cap(x.w, params.cap));
}
// Writes the scores of positions first..end - 1 to `probs` and returns the maximum of this invocation's scores. A row
// attends to positions low..high - 1; other scores are LOWEST.
fn score_tile(first: u32, end: u32, low: vec4u, high: vec4u, kv_head: u32, invocation: u32) -> vec4f {
  var maximum = vec4f(LOWEST);
  for (var p = first + invocation; p < end; p += POSITIONS * THREADS) {
    let at = min(p + THREADS * vec4u(0u, 1u, 2u, 3u), vec4u(end - 1u));
    var sum = mat4x4f();
    for (var quad = 0u; quad < QUADS; quad++) {
      let q = queries4(quad);
      sum[0] += scores4(key4(at.x, kv_head, quad), q);
      if (POSITIONS > 1u) { sum[1] += scores4(key4(at.y, kv_head, quad), q); }
      if (POSITIONS > 2u) {
        sum[2] += scores4(key4(at.z, kv_head, quad), q);
        sum[3] += scores4(key4(at.w, kv_head, quad), q);
      }
    }
    maximum = max(maximum, keep_score(p, first, sum[0], low, high));
    if (POSITIONS > 1u && p + THREADS < end) { maximum = max(maximum, keep_score(at.y, first, sum[1], low, high)); }
    if (POSITIONS > 2u) {
      if (p + 2u * THREADS < end) { maximum = max(maximum, keep_score(at.z, first, sum[2], low, high)); }
      if (p + 3u * THREADS < end) { maximum = max(maximum, keep_score(at.w, first, sum[3], low, high)); }
    }
  }
  return maximum;
}
fn keep_score(p: u32, first: u32, sum: vec4f, low: vec4u, high: vec4u) -> vec4f {
  let seen = (vec4u(p) >= low) & (vec4u(p) < high);
  let score = select(vec4f(LOWEST), capped4(sum), seen);
  probs[p - first] = score;
  return score;
}
// Replaces scores by exp(score - maximum) and returns the sum of this invocation's values.
fn softmax_tile(count: u32, maximum: vec4f, invocation: u32) -> vec4f {
  var total = vec4f();
  for (var i = invocation; i < count; i += THREADS) {
    let prob = select(exp(probs[i] - maximum), vec4f(), probs[i] == vec4f(LOWEST));
    probs[i] = prob;
    total += prob;
  }
  return total;
}
// Weighted sums of two quads of the values. Column r is row r.
struct WeightedSums { a: mat4x4f, b: mat4x4f, }
fn add_weighted(m: ptr<function, mat4x4f>, prob: vec4f, v: vec4f) {
  (*m)[0] += prob.x * v;
  if (ROWS > 1u) { (*m)[1] += prob.y * v; }
  if (ROWS > 2u) { (*m)[2] += prob.z * v; }
  if (ROWS > 3u) { (*m)[3] += prob.w * v; }
}
// Sums quad `quad` of the values over every `stride`-th position from `begin` on: invocations that share a quad divide
// the positions among them.
fn strided_sums(first: u32, count: u32, kv_head: u32, quad: u32, begin: u32, stride: u32) -> mat4x4f {
  var a = mat4x4f();
  var i = begin;
  // Unrolled by four, so that four loads are under way.
  for (; i + 3u * stride < count; i += 4u * stride) {
    let v0 = value_at4(first + i, kv_head, quad);
    let v1 = value_at4(first + i + stride, kv_head, quad);
    let v2 = value_at4(first + i + 2u * stride, kv_head, quad);
    let v3 = value_at4(first + i + 3u * stride, kv_head, quad);
    add_weighted(&a, probs[i], v0);
    add_weighted(&a, probs[i + stride], v1);
    add_weighted(&a, probs[i + 2u * stride], v2);
    add_weighted(&a, probs[i + 3u * stride], v3);
  }
  for (; i < count; i += stride) { add_weighted(&a, probs[i], value_at4(first + i, kv_head, quad)); }
  return a;
}
// Sums quad `quad` of the values and, if DEEP, quad `other`.
fn weighted_sums(first: u32, count: u32, kv_head: u32, quad: u32, other: u32) -> WeightedSums {
  var a = mat4x4f();
  var b = mat4x4f();
  // Unrolled by four to reduce loop overhead.
  let fours = count & ~3u;
  for (var i = 0u; i < fours; i += 4u) {
    let s0 = probs[i];
    let s1 = probs[i + 1u];
    let s2 = probs[i + 2u];
    let s3 = probs[i + 3u];
    add_weighted(&a, s0, value_at4(first + i, kv_head, quad));
    add_weighted(&a, s1, value_at4(first + i + 1u, kv_head, quad));
    add_weighted(&a, s2, value_at4(first + i + 2u, kv_head, quad));
    add_weighted(&a, s3, value_at4(first + i + 3u, kv_head, quad));
    if (DEEP) {
      add_weighted(&b, s0, value_at4(first + i, kv_head, other));
      add_weighted(&b, s1, value_at4(first + i + 1u, kv_head, other));
      add_weighted(&b, s2, value_at4(first + i + 2u, kv_head, other));
      add_weighted(&b, s3, value_at4(first + i + 3u, kv_head, other));
    }
  }
  for (var i = fours; i < count; i++) {
    add_weighted(&a, probs[i], value_at4(first + i, kv_head, quad));
    if (DEEP) { add_weighted(&b, probs[i], value_at4(first + i, kv_head, other)); }
  }
  return WeightedSums(a, b);
}
