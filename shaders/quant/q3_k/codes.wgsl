//#import codec/decode
//#import lib/codes
fn codes32(group: u32) -> Codes {
  let block = group / 8u;
  let g = group & 7u;
  let at = block * 4u + (g >> 2u) * 2u;
  let mask = params.plane1 / 4u + block * 2u;
  let shift = vec4u(2u * (g & 3u));
  let step = vec2f(group_step(block, g * 2u), group_step(block, g * 2u + 1u));
  return Codes(((w4[at] >> shift) & PAIRS) | (((w4[mask] >> vec4u(g)) & ONES) << vec4u(2u)),
    ((w4[at + 1u] >> shift) & PAIRS) | (((w4[mask + 1u] >> vec4u(g)) & ONES) << vec4u(2u)), step, 4.0 * step);
}
