//#import codec/decode
//#import lib/codes/codes
//#import lib/codes/single
const HALVES: bool = false;
fn codes32(group: u32) -> Codes {
  let q = w4[group];
  let fifths = w[params.plane1 + group];
  let d = block_scale(group);
  return Codes((q & NIBBLES) | (bytes_of_bits(fifths) << vec4u(4u)),
    ((q >> vec4u(4u)) & NIBBLES) | (bytes_of_bits(fifths >> 16u) << vec4u(4u)), vec2f(d), vec2f(16.0 * d));
}
