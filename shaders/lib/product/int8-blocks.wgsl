// Activations as int8 in blocks of 32: a scale, the codes, and the sum of the codes of each half (for weights with a
// minimum).
//#import lib/float/largest32
struct Block8 { lo: vec4u, hi: vec4u, step: f32, sums: vec2i, }

fn integer_dot(a: vec4u, b: vec4u) -> i32 {
  return dot4I8Packed(a.x, b.x) + dot4I8Packed(a.y, b.y) + dot4I8Packed(a.z, b.z) + dot4I8Packed(a.w, b.w);
}
fn codes_of(v: vec4f, inverse: f32) -> u32 { return pack4xI8(vec4i(round(v * inverse))); }
fn to_block8(v: array<vec4f, 8>) -> Block8 {
  let maximum = largest32(v);
  let inverse = select(0.0, 127.0 / maximum, maximum > 0.0);
  let lo = vec4u(codes_of(v[0], inverse), codes_of(v[1], inverse), codes_of(v[2], inverse), codes_of(v[3], inverse));
  let hi = vec4u(codes_of(v[4], inverse), codes_of(v[5], inverse), codes_of(v[6], inverse), codes_of(v[7], inverse));
  return with_sums(Block8(lo, hi, maximum / 127.0, vec2i()));
}
fn with_sums(b: Block8) -> Block8 {
  let ones = vec4u(0x01010101u);
  return Block8(b.lo, b.hi, b.step, vec2i(integer_dot(b.lo, ones), integer_dot(b.hi, ones)));
}
// The scale and the sums in two words.
fn pack_block_scale(b: Block8) -> vec2u {
  return vec2u(bitcast<u32>(b.step), (u32(b.sums.x) & 0xffffu) | (u32(b.sums.y) << 16u));
}
fn block_step(head: vec2u) -> f32 { return bitcast<f32>(head.x); }
fn block_sums(head: vec2u) -> vec2f {
  let both = bitcast<i32>(head.y);
  return vec2f(f32((both << 16u) >> 16u), f32(both >> 16u));
}
