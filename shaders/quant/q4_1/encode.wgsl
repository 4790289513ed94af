//#import lib/encode/by-invocation
//#import lib/encode/encode32
const ENCODE_GROUP: u32 = 32u;

fn encode_group(group: u32) {
  let at = group * 32u;
  let block = params.first_block + group;
  if (WEIGHTED) {
    let codes = weighted_affine(at, 15.0);
    store_nibbles(block, codes.nibbles);
    w[params.plane1 + block] = f16_bits(codes.scale) | (f16_bits(codes.low) << 16u);
    return;
  }
  let e = extent(at);
  let d = div(fence(e.y - e.x), 15.0);
  store_nibbles(block, code32(at, e.x, inverse(d), 0.5, 15).nibbles);
  w[params.plane1 + block] = f16_bits(d) | (f16_bits(e.x) << 16u);
}
