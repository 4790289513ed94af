//#import codec/decode
//#import lib/codes
fn codes32(group: u32) -> Codes {
  let block = group / 8u;
  let j = group & 7u;
  let g = affine_group(params.plane2 + block * 4u, j);
  let at = block * 8u + (j >> 1u) * 2u;
  let high = params.plane1 / 4u + block * 2u;
  let shift = vec4u(4u * (j & 1u));
  return Codes(((w4[at] >> shift) & NIBBLES) | (((w4[high] >> vec4u(j)) & ONES) << vec4u(4u)),
    ((w4[at + 1u] >> shift) & NIBBLES) | (((w4[high + 1u] >> vec4u(j)) & ONES) << vec4u(4u)), g.xx, g.yy);
}
