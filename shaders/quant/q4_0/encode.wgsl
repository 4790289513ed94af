//#import lib/encode/by-invocation
//#import lib/encode/encode32
const ENCODE_GROUP: u32 = 64u;

fn encode_block(at: u32, block: u32) -> u32 {
  if (WEIGHTED) {
    let codes = weighted_signed(at, 8.0);
    store_nibbles(block, codes.nibbles);
    return f16_bits(codes.scale);
  }
  let d = signed_extreme(at) * -0.125;
  store_nibbles(block, code32(at, 0.0, inverse(d), 8.5, 15).nibbles);
  return f16_bits(d);
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 64u, block);
  if (group * 64u + 32u < params.elements) { scales |= encode_block(group * 64u + 32u, block + 1u) << 16u; }
  w[params.plane1 + block / 2u] = scales;
}
