//#import codec/decode
//#import lib/codes
fn codes32(group_index: u32) -> Codes {
  let block = group_index / 8u;
  let group = group_index & 7u;
  let at = block * 8u + (group >> 2u) * 4u + (group & 1u) * 2u;
  let high = params.plane1 / 4u + block * 4u + (group >> 2u) * 2u;
  let nibble = vec4u(4u * ((group & 3u) >> 1u));
  let pair = vec4u(2u * (group & 3u));
  let step = vec2f(sub_scale(block, group * 2u), sub_scale(block, group * 2u + 1u));
  return Codes(((w4[at] >> nibble) & NIBBLES) | (((w4[high] >> pair) & PAIRS) << vec4u(4u)),
    ((w4[at + 1u] >> nibble) & NIBBLES) | (((w4[high + 1u] >> pair) & PAIRS) << vec4u(4u)), step, 32.0 * step);
}
