//#import codec/decode
//#import lib/codes/codes
//#import lib/codes/single
const HALVES: bool = false;
fn codes32(group: u32) -> Codes {
  let bits = w[group];
  let d = vec2f(block_scale(group / 4u));
  return Codes(bytes_of_bits(bits), bytes_of_bits(bits >> 16u), 2.0 * d, d);
}
