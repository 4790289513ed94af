//#import lib/product/int8-blocks
//#import codec/codes
// Dot product of 32 weights and 32 activations, before the scale of the activations.
fn dot_codes(c: Codes, lo: vec4u, hi: vec4u, sums: vec2f) -> f32 {
  return dot(c.step, vec2f(f32(integer_dot(c.lo, lo)), f32(integer_dot(c.hi, hi)))) - dot(c.low, sums);
}
