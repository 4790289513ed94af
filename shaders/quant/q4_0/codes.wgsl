//#import codec/decode
//#import lib/codes/codes
//#import lib/codes/single
const HALVES: bool = false;
fn codes32(group: u32) -> Codes {
  let q = w4[group];
  let d = block_scale(group);
  return Codes(q & NIBBLES, (q >> vec4u(4u)) & NIBBLES, vec2f(d), vec2f(8.0 * d));
}
