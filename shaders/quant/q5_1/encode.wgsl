//#import lib/encode32
const ENCODE_GROUP: u32 = 32u;

fn encode_group(group: u32) {
  let at = group * 32u;
  let block = params.first_block + group;
  let e = extent(at);
  let d = div(fence(e.y - e.x), 31.0);
  let codes = code32(at, e.x, inverse(d), 0.5, 255);
  store_nibbles(block, codes.nibbles);
  w[params.plane1 + block] = codes.fifth;
  w[params.plane2 + block] = f16_bits(d) | (f16_bits(e.x) << 16u);
}
