//#import lib/encode/by-invocation
//#import lib/encode/ternary
const ENCODE_GROUP: u32 = 512u;

fn encode_block(at: u32, block: u32) -> u32 {
  let d = largest(at, 256u);
  let inv = inverse(d);
  for (var k = 0u; k < 16u; k++) {
    var word = 0u;
    for (var b = 0u; b < 4u; b++) {
      for (var n = 0u; n < 4u; n++) {
        let i = (k >> 3u) * 128u + n * 32u + (k & 7u) * 4u + b;
        word |= ternary_code(x[at + i], inv) << (8u * b + 2u * n);
      }
    }
    w[block * 16u + k] = word;
  }
  return f16_bits(d);
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 512u, block);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(group * 512u + 256u, block + 1u) << 16u; }
  w[params.plane1 + block / 2u] = scales;
}
