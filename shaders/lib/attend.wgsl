// Four rows of queries over a run of positions that they all may see the keys of (each up to its own last). Lanes take a
// position each for the scores, and a quad of the head each for the weighted sum; four rows share what is read.
const SPAN: u32 = 256u;
const LOWEST: f32 = -3.0e38;
// Queries: row r of quad q at 4 q + r.
var<workgroup> queries: array<vec4f, HEAD_DIM>;
// Scores, then shares, of the four rows.
var<workgroup> shares: array<vec4f, SPAN>;

fn queries_at(quad: u32) -> mat4x4f {
  return mat4x4f(queries[quad * 4u], queries[quad * 4u + 1u], queries[quad * 4u + 2u], queries[quad * 4u + 3u]);
}
fn scores4(key: vec4f, quad: u32) -> vec4f { return key * queries_at(quad); }
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
      let q = queries_at(quad);
      sum += key4(p, kv_head, quad) * q;
      other_sum += key4(other, kv_head, quad) * q;
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
// The weighted sum of quad `quad` of the values: column r is row r.
fn mix_span(first: u32, count: u32, kv_head: u32, quad: u32) -> mat4x4f {
  var a = vec4f();
  var b = vec4f();
  var c = vec4f();
  var d = vec4f();
  for (var i = 0u; i < count; i++) {
    let v = value_at4(first + i, kv_head, quad);
    let share = shares[i];
    a += share.x * v;
    b += share.y * v;
    c += share.z * v;
    d += share.w * v;
  }
  return mat4x4f(a, b, c, d);
}
