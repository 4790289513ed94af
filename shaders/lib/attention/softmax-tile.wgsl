// Up to four rows of queries over a run of positions that they all may see the keys of (each up to its own last). Invocations
// take a position each for the scores, and a quad of the head each for the weighted sum; the rows share what is read.
override ROWS: u32 = 4u;
// Whether a invocation takes four positions at a time, and two quads: what invocations share is read less often, where that costs as
// much as anything else (processors).
override DEEP: bool = false;
const TILE: u32 = 256u;
const LOWEST: f32 = -3.0e38;
// Queries: row r of quad q at 4 q + r.
var<workgroup> queries: array<vec4f, HEAD_DIM>;
// Scores, then shares, of the four rows.
var<workgroup> shares: array<vec4f, TILE>;

// Quad `quad` of the queries: column r is row r.
fn queries4(quad: u32) -> mat4x4f {
  var q = mat4x4f();
  q[0] = queries[quad * 4u];
  if (ROWS > 1u) { q[1] = queries[quad * 4u + 1u]; }
  if (ROWS > 2u) { q[2] = queries[quad * 4u + 2u]; }
  if (ROWS > 3u) { q[3] = queries[quad * 4u + 3u]; }
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
// Scores of the positions from `first` to before `end` into `shares`; gives the highest that this invocation saw. A row sees
// positions from its `low` to before its `high`.
fn score_tile(first: u32, end: u32, low: vec4u, high: vec4u, kv_head: u32, invocation: u32) -> vec4f {
  var maximum = vec4f(LOWEST);
  // Several positions at a time: the queries are read once for them.
  for (var p = first + invocation; p < end; p += select(2u, 4u, DEEP) * SUBGROUP_SIZE) {
    let at = min(p + SUBGROUP_SIZE * vec4u(0u, 1u, 2u, 3u), vec4u(end - 1u));
    var sum = mat4x4f();
    for (var quad = 0u; quad < QUADS; quad++) {
      let q = queries4(quad);
      sum[0] += scores4(key4(at.x, kv_head, quad), q);
      sum[1] += scores4(key4(at.y, kv_head, quad), q);
      if (DEEP) {
        sum[2] += scores4(key4(at.z, kv_head, quad), q);
        sum[3] += scores4(key4(at.w, kv_head, quad), q);
      }
    }
    maximum = max(maximum, keep_score(p, first, sum[0], low, high));
    if (p + SUBGROUP_SIZE < end) { maximum = max(maximum, keep_score(at.y, first, sum[1], low, high)); }
    if (DEEP) {
      if (p + 2u * SUBGROUP_SIZE < end) { maximum = max(maximum, keep_score(at.z, first, sum[2], low, high)); }
      if (p + 3u * SUBGROUP_SIZE < end) { maximum = max(maximum, keep_score(at.w, first, sum[3], low, high)); }
    }
  }
  return maximum;
}
fn keep_score(p: u32, first: u32, sum: vec4f, low: vec4u, high: vec4u) -> vec4f {
  let seen = (vec4u(p) >= low) & (vec4u(p) < high);
  let score = select(vec4f(LOWEST), capped4(sum), seen);
  shares[p - first] = score;
  return score;
}
// Scores to shares, relative to `most`; gives the sum over this invocation's.
fn share_tile(count: u32, maximum: vec4f, invocation: u32) -> vec4f {
  var total = vec4f();
  for (var i = invocation; i < count; i += SUBGROUP_SIZE) {
    let share = select(exp(shares[i] - maximum), vec4f(), shares[i] == vec4f(LOWEST));
    shares[i] = share;
    total += share;
  }
  return total;
}
// The weighted sums of two quads of the values: column r is row r.
struct Mixed { a: mat4x4f, b: mat4x4f, }
fn mix_in(m: ptr<function, mat4x4f>, share: vec4f, v: vec4f) {
  (*m)[0] += share.x * v;
  if (ROWS > 1u) { (*m)[1] += share.y * v; }
  if (ROWS > 2u) { (*m)[2] += share.z * v; }
  if (ROWS > 3u) { (*m)[3] += share.w * v; }
}
// Of quad `quad`, and where invocations are DEEP of `other`.
fn mix_tile(first: u32, count: u32, kv_head: u32, quad: u32, other: u32) -> Mixed {
  var a = mat4x4f();
  var b = mat4x4f();
  // Four positions at a time: what a loop costs is shared.
  let fours = count & ~3u;
  for (var i = 0u; i < fours; i += 4u) {
    let s0 = shares[i];
    let s1 = shares[i + 1u];
    let s2 = shares[i + 2u];
    let s3 = shares[i + 3u];
    mix_in(&a, s0, value_at4(first + i, kv_head, quad));
    mix_in(&a, s1, value_at4(first + i + 1u, kv_head, quad));
    mix_in(&a, s2, value_at4(first + i + 2u, kv_head, quad));
    mix_in(&a, s3, value_at4(first + i + 3u, kv_head, quad));
    if (DEEP) {
      mix_in(&b, s0, value_at4(first + i, kv_head, other));
      mix_in(&b, s1, value_at4(first + i + 1u, kv_head, other));
      mix_in(&b, s2, value_at4(first + i + 2u, kv_head, other));
      mix_in(&b, s3, value_at4(first + i + 3u, kv_head, other));
    }
  }
  for (var i = fours; i < count; i++) {
    mix_in(&a, shares[i], value_at4(first + i, kv_head, quad));
    if (DEEP) { mix_in(&b, shares[i], value_at4(first + i, kv_head, other)); }
  }
  return Mixed(a, b);
}
