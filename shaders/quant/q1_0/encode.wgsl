//#import lib/encode/by-invocation
//#import lib/float/f16
//#import lib/float/exact
const ENCODE_GROUP: u32 = 256u;

fn encode_block(at: u32, block: u32) -> u32 {
  var sum = 0.0;
  for (var k = 0u; k < 4u; k++) {
    var word = 0u;
    for (var i = 0u; i < 32u; i++) {
      let v = x[at + 32u * k + i];
      sum = fence(sum + abs(v));
      if (v >= 0.0) { word |= 1u << i; }
    }
    w[block * 4u + k] = word;
  }
  return f16_bits(sum * 0.0078125);
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 256u, block);
  if (group * 256u + 128u < params.elements) { scales |= encode_block(group * 256u + 128u, block + 1u) << 16u; }
  w[params.plane1 + block / 2u] = scales;
}
