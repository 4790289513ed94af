//#import lib/encode/by-invocation
const ENCODE_GROUP: u32 = 4u;
// Round to nearest even; NaN becomes quiet. Source: ggml_compute_fp32_to_bf16.
fn bf16_at(i: u32) -> u32 {
  if (i >= params.elements) { return 0u; }
  let bits = bitcast<u32>(x[i]);
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return (bits >> 16u) | 64u; }
  return (bits + 0x7fffu + ((bits >> 16u) & 1u)) >> 16u;
}
fn encode_group(group: u32) {
  let i = group * 4u;
  let at = (params.first_block + i) / 2u;
  w[at] = bf16_at(i) | (bf16_at(i + 1u) << 16u);
  if (i + 2u < params.elements) { w[at + 1u] = bf16_at(i + 2u) | (bf16_at(i + 3u) << 16u); }
}
