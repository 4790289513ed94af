// Up to four rows of queries over a run of positions that they all may see the keys of (each up to its own last). Lanes
// take a position each for the scores, and a quad of the head each for the weighted sum; the rows share what is read.
override ROWS: u32 = 4u;
const SPAN: u32 = 256u;
const LOWEST: f32 = -3.0e38;
// Queries: row r of quad q at 4 q + r.
var<workgroup> queries: array<vec4f, HEAD_DIM>;
// Scores, then shares, of the four rows.
var<workgroup> shares: array<vec4f, SPAN>;

fn scores4(key: vec4f, quad: u32) -> vec4f {
  var sum = vec4f(dot(key, queries[quad * 4u]), 0.0, 0.0, 0.0);
  if (ROWS > 1u) { sum.y = dot(key, queries[quad * 4u + 1u]); }
  if (ROWS > 2u) { sum.z = dot(key, queries[quad * 4u + 2u]); }
  if (ROWS > 3u) { sum.w = dot(key, queries[quad * 4u + 3u]); }
  return sum;
}
fn capped4(scores: vec4f) -> vec4f {
  let x = scores * params.scale;
  if (params.cap == 0.0) { return x; }
  return vec4f(soft_cap(x.x, params.cap), soft_cap(x.y, params.cap), soft_cap(x.z, params.cap),
    soft_cap(x.w, params.cap));
}
// Scores of the positions from `first` to before `end` into `shares`; gives the highest that this lane saw. A row sees
// positions from its `low` to before its `high`.
fn score_span(first: u32, end: u32, low: vec4u, high: vec4u, kv_head: u32, lane: u32) -> vec4f {
  var most = vec4f(LOWEST);
  // Two positions at a time: the queries are read once for both.
  for (var p = first + lane; p < end; p += 2u * LANES) {
    let second = p + LANES;
    let other = min(second, end - 1u);
    var sum = vec4f();
    var other_sum = vec4f();
    for (var quad = 0u; quad < QUADS; quad++) {
      sum += scores4(key4(p, kv_head, quad), quad);
      other_sum += scores4(key4(other, kv_head, quad), quad);
    }
    most = max(most, keep_score(p, first, sum, low, high));
    if (second < end) { most = max(most, keep_score(second, first, other_sum, low, high)); }
  }
  return most;
}
fn keep_score(p: u32, first: u32, sum: vec4f, low: vec4u, high: vec4u) -> vec4f {
  let seen = (vec4u(p) >= low) & (vec4u(p) < high);
  let score = select(vec4f(LOWEST), capped4(sum), seen);
  shares[p - first] = score;
  return score;
}
// Scores to shares, relative to `most`; gives the sum over this lane's.
fn share_span(count: u32, most: vec4f, lane: u32) -> vec4f {
  var total = vec4f();
  for (var i = lane; i < count; i += LANES) {
    let share = select(exp(shares[i] - most), vec4f(), shares[i] == vec4f(LOWEST));
    shares[i] = share;
    total += share;
  }
  return total;
}
struct Mixed { a: vec4f, b: vec4f, c: vec4f, d: vec4f, }
fn mix_in(m: ptr<function, Mixed>, share: vec4f, v: vec4f) {
  (*m).a += share.x * v;
  if (ROWS > 1u) { (*m).b += share.y * v; }
  if (ROWS > 2u) { (*m).c += share.z * v; }
  if (ROWS > 3u) { (*m).d += share.w * v; }
}
// The weighted sum of quad `quad` of the values: column r is row r.
fn mix_span(first: u32, count: u32, kv_head: u32, quad: u32) -> mat4x4f {
  var m = Mixed();
  // Four positions at a time: what a loop costs is shared.
  let fours = count & ~3u;
  for (var i = 0u; i < fours; i += 4u) {
    mix_in(&m, shares[i], value_at4(first + i, kv_head, quad));
    mix_in(&m, shares[i + 1u], value_at4(first + i + 1u, kv_head, quad));
    mix_in(&m, shares[i + 2u], value_at4(first + i + 2u, kv_head, quad));
    mix_in(&m, shares[i + 3u], value_at4(first + i + 3u, kv_head, quad));
  }
  for (var i = fours; i < count; i++) { mix_in(&m, shares[i], value_at4(first + i, kv_head, quad)); }
  return mat4x4f(m.a, m.b, m.c, m.d);
}
