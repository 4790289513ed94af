//#import codec/decode
//#import lib/codes
fn codes32(group: u32) -> Codes {
  let block = group / 8u;
  let j = group & 7u;
  let g = affine_group(params.plane1 + block * 4u, j);
  let at = block * 8u + (j >> 1u) * 2u;
  let shift = vec4u(4u * (j & 1u));
  return Codes((w4[at] >> shift) & NIBBLES, (w4[at + 1u] >> shift) & NIBBLES, g.xx, g.yy);
}
