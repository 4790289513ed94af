//#import lib/product/int8-blocks
//#import codec/codes
// An integer below 2^22 in magnitude as a float, by its bits: added to those of 1.5 x 2^23, it is the float's low bits.
// An addition, where a conversion runs at a quarter of the rate.
fn exact_float(i: i32) -> f32 { return bitcast<f32>(i + 0x4b400000) - 12582912.0; }
// Dot product of 32 weights and 32 activations, before the scale of the activations.
fn dot_codes(c: Codes, lo: vec4u, hi: vec4u, sums: vec2f) -> f32 {
  if (HALVES) {
    return dot(c.step, vec2f(exact_float(integer_dot(c.lo, lo)), exact_float(integer_dot(c.hi, hi)))) - dot(c.low, sums);
  }
  return c.step.x * exact_float(integer_dot(c.lo, lo) + integer_dot(c.hi, hi)) - c.low.x * (sums.x + sums.y);
}
