//#import lib/encode/by-invocation
//#import lib/encode/ternary
const ENCODE_GROUP: u32 = 128u;

fn pair_code(v: f32, inv: f32) -> u32 {
  // Not finite (a denormal scale) gives 0: the reference clamps INT_MIN.
  if (!(abs(fence(v * inv)) < 2.0)) { return 0u; }
  return ternary_code(v, inv);
}
fn encode_block(at: u32, block: u32) -> u32 {
  let d = largest(at, 64u);
  let inv = inverse(d);
  for (var k = 0u; k < 4u; k++) {
    var word = 0u;
    for (var i = 0u; i < 16u; i++) { word |= pair_code(x[at + 16u * k + i], inv) << (2u * i); }
    w[block * 4u + k] = word;
  }
  return f16_bits(d);
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 128u, block);
  if (group * 128u + 64u < params.elements) { scales |= encode_block(group * 128u + 64u, block + 1u) << 16u; }
  w[params.plane1 + block / 2u] = scales;
}
