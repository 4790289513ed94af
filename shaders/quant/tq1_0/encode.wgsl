//#import lib/encode/by-invocation
//#import lib/encode/ternary
const ENCODE_GROUP: u32 = 512u;

// Four bytes, each a base-3 number of `digits` weights that are `apart` weights apart, as a fraction of 256 rounded up.
fn ternary_word(first: u32, digits: u32, apart: u32, inv: f32) -> u32 {
  var word = 0u;
  for (var b = 0u; b < 4u; b++) {
    var number = 0u;
    for (var n = 0u; n < digits; n++) { number = number * 3u + ternary_code(x[first + b + n * apart], inv); }
    if (digits == 4u) { number *= 3u; }
    word |= ((number * 256u + 242u) / 243u) << (8u * b);
  }
  return word;
}
fn encode_block(at: u32, block: u32) -> u32 {
  let d = largest(at, 256u);
  let inv = inverse(d);
  for (var k = 0u; k < 8u; k++) { w[block * 12u + k] = ternary_word(at + 4u * k, 5u, 32u, inv); }
  for (var k = 0u; k < 4u; k++) { w[block * 12u + 8u + k] = ternary_word(at + 160u + 4u * k, 5u, 16u, inv); }
  w[params.plane1 + block] = ternary_word(at + 240u, 4u, 4u, inv);
  return f16_bits(d);
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 512u, block);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(group * 512u + 256u, block + 1u) << 16u; }
  w[params.plane2 + block / 2u] = scales;
}
