//#import codec/decode
//#import lib/codes/fp4
//#import lib/codes/single
const HALVES: bool = false;
fn codes32(group: u32) -> Codes {
  let q = w4[group];
  return Codes(fp4_bytes(q), fp4_bytes(q >> vec4u(4u)), vec2f(block_scale(group)), vec2f());
}
