//#import codec/decode
//#import lib/codes
fn codes32(group: u32) -> Codes {
  let block = group / 8u;
  let g = group & 7u;
  let at = block * 4u + (g >> 2u) * 2u;
  let shift = vec4u(2u * (g & 3u));
  let d = vec2f(block_scale(block));
  return Codes((w4[at] >> shift) & PAIRS, (w4[at + 1u] >> shift) & PAIRS, d, d);
}
