//#import lib/encode/by-invocation
//#import lib/float/f16
//#import lib/float/exact
// Two blocks per invocation: their scales share a word.
const ENCODE_GROUP: u32 = 64u;

// C's roundf: half away from zero.
fn round_away(v: f32) -> i32 {
  let whole = trunc(v);
  let up = abs(v - whole) >= 0.5;
  return i32(whole) + select(0, select(1, -1, v < 0.0), up);
}
fn encode_block(at: u32, block: u32) -> u32 {
  var amax = 0.0;
  for (var i = 0u; i < 32u; i++) {
    let a = abs(x[at + i]);
    if (amax < a) { amax = a; }
  }
  let d = div(amax, 127.0);
  let inv = inverse(d);
  for (var k = 0u; k < 8u; k++) {
    var word = 0u;
    for (var i = 0u; i < 4u; i++) {
      word |= (u32(round_away(fence(x[at + k * 4u + i] * inv))) & 255u) << (8u * i);
    }
    w[block * 8u + k] = word;
  }
  return f16_bits(d);
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 64u, block);
  if (group * 64u + 32u < params.elements) { scales |= encode_block(group * 64u + 32u, block + 1u) << 16u; }
  w[params.plane1 + block / 2u] = scales;
}
