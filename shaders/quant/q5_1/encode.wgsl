//#import lib/encode/by-invocation
//#import lib/encode/encode32
const ENCODE_GROUP: u32 = 32u;

fn encode_group(group: u32) {
  let at = group * 32u;
  let block = params.first_block + group;
  var codes: Codes;
  if (WEIGHTED) { codes = weighted_affine(at, 31.0); }
  else {
    let e = extent(at);
    let d = div(fence(e.y - e.x), 31.0);
    codes = code32(at, e.x, inverse(d), 0.5, 255);
    codes.scale = d;
    codes.low = e.x;
  }
  store_nibbles(block, codes.nibbles);
  w[params.plane1 + block] = codes.fifth;
  w[params.plane2 + block] = f16_bits(codes.scale) | (f16_bits(codes.low) << 16u);
}
