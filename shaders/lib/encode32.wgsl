//#import lib/f16
//#import lib/exact
// What the 4- and 5-bit formats of 32 weights share. `at` is an index into x.

// The weight of largest magnitude, with its sign; the first of equals.
fn signed_extreme(at: u32) -> f32 {
  var extreme = 0.0;
  for (var i = 0u; i < 32u; i++) {
    let v = x[at + i];
    if (abs(extreme) < abs(v)) { extreme = v; }
  }
  return extreme;
}
// (min, max)
fn extent(at: u32) -> vec2f {
  var lo = x[at];
  var hi = lo;
  for (var i = 1u; i < 32u; i++) {
    let v = x[at + i];
    if (v < lo) { lo = v; }
    if (v > hi) { hi = v; }
  }
  return vec2f(lo, hi);
}
struct Codes { nibbles: vec4u, fifth: u32, }

// Codes of 32 weights: word k holds weights 4k.. in the low nibbles and 16 + 4k.. in the high ones.
fn code32(at: u32, offset: f32, inv: f32, bias: f32, top: i32) -> Codes {
  var out: Codes;
  for (var k = 0u; k < 4u; k++) {
    var word = 0u;
    for (var i = 0u; i < 4u; i++) {
      let j = 4u * k + i;
      let lo = truncated_code(fence(fence(x[at + j] - offset) * inv) + bias, top);
      let hi = truncated_code(fence(fence(x[at + 16u + j] - offset) * inv) + bias, top);
      word |= ((lo & 15u) | ((hi & 15u) << 4u)) << (8u * i);
      out.fifth |= (((lo >> 4u) & 1u) << j) | (((hi >> 4u) & 1u) << (j + 16u));
    }
    out.nibbles[k] = word;
  }
  return out;
}
fn store_nibbles(block: u32, nibbles: vec4u) {
  for (var k = 0u; k < 4u; k++) { w[block * 4u + k] = nibbles[k]; }
}
