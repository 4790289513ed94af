//#import codec/decode
//#import lib/codes/codes
//#import lib/codes/single
const HALVES: bool = false;
fn codes32(group: u32) -> Codes {
  let d = vec2f(block_scale(group / 2u));
  return Codes(bytes_of_pairs(w[group * 2u]), bytes_of_pairs(w[group * 2u + 1u]), d, d);
}
