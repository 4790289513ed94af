enable f16;
// Activations as float16 in blocks of 32, divided by their largest magnitude. Codes are integers up to 127 and exact,
// so a sum of four products stays in range for any weights and activations.
//#import codec/codes
//#import lib/float/largest32
//#import lib/matvec/stage-blocks
override STAGED: u32 = 32u;
override STAGED_QUADS: u32 = STAGED / 4u;
override STAGED_BLOCKS: u32 = STAGED / 32u;
var<workgroup> staged_quads: array<vec4h, STAGED_QUADS>;
// Largest magnitude of a block and the sums of its halves.
var<workgroup> staged_heads: array<vec4f, STAGED_BLOCKS>;

fn total(a: vec4h, b: vec4h, c: vec4h, d: vec4h) -> f32 {
  return dot(vec4f(a) + vec4f(b) + vec4f(c) + vec4f(d), vec4f(1.0));
}
fn keep_block(b: u32, v: array<vec4f, 8>) {
  let maximum = largest32(v);
  let inverse = select(0.0, 1.0 / maximum, maximum > 0.0);
  let q = array(vec4h(v[0] * inverse), vec4h(v[1] * inverse), vec4h(v[2] * inverse), vec4h(v[3] * inverse),
    vec4h(v[4] * inverse), vec4h(v[5] * inverse), vec4h(v[6] * inverse), vec4h(v[7] * inverse));
  let at = b * 8u;
  staged_quads[at] = q[0];
  staged_quads[at + 1u] = q[1];
  staged_quads[at + 2u] = q[2];
  staged_quads[at + 3u] = q[3];
  staged_quads[at + 4u] = q[4];
  staged_quads[at + 5u] = q[5];
  staged_quads[at + 6u] = q[6];
  staged_quads[at + 7u] = q[7];
  staged_heads[b] = vec4f(maximum, total(q[0], q[1], q[2], q[3]), total(q[4], q[5], q[6], q[7]), 0.0);
}
fn stage_columns(thread: u32) -> f32 { return stage_blocks(thread); }

struct Staged { q: array<vec4h, 8>, head: vec4f, }
fn staged(group: u32) -> Staged {
  let i = group * 8u;
  return Staged(array(staged_quads[i], staged_quads[i + 1u], staged_quads[i + 2u], staged_quads[i + 3u],
    staged_quads[i + 4u], staged_quads[i + 5u], staged_quads[i + 6u], staged_quads[i + 7u]), staged_heads[group]);
}
fn half_codes(codes: u32) -> vec4h { return vec4h(unpack4xI8(codes)); }
fn dot_staged(c: Codes, x: Staged) -> f32 {
  let lo = half_codes(c.lo.x) * x.q[0] + half_codes(c.lo.y) * x.q[1] + half_codes(c.lo.z) * x.q[2]
    + half_codes(c.lo.w) * x.q[3];
  let hi = half_codes(c.hi.x) * x.q[4] + half_codes(c.hi.y) * x.q[5] + half_codes(c.hi.z) * x.q[6]
    + half_codes(c.hi.w) * x.q[7];
  let sums = vec2f(dot(vec4f(lo), vec4f(1.0)), dot(vec4f(hi), vec4f(1.0)));
  return x.head.x * (dot(c.step, sums) - dot(c.low, x.head.yz));
}
