//#import codec/decode
//#import lib/codes/codes
//#import lib/codes/single
const HALVES: bool = false;
fn codes32(group: u32) -> Codes {
  return Codes(w4[group * 2u], w4[group * 2u + 1u], vec2f(block_scale(group)), vec2f());
}
