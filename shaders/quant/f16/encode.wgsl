//#import lib/encode/by-invocation
//#import lib/float/f16
const ENCODE_GROUP: u32 = 4u;
fn half_at(i: u32) -> u32 {
  if (i >= params.elements) { return 0u; }
  return f16_from_bits(bitcast<u32>(x[i]));
}
fn encode_group(group: u32) {
  let i = group * 4u;
  let at = (params.first_block + i) / 2u;
  w[at] = half_at(i) | (half_at(i + 1u) << 16u);
  if (i + 2u < params.elements) { w[at + 1u] = half_at(i + 2u) | (half_at(i + 3u) << 16u); }
}
