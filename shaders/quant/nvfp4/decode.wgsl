//#import lib/decode/fp4
// Planes: qs = 8 words per block, 2 for each 16 weights (low nibbles the first 8, high nibbles the rest); d = a word of
// UE4M3 scales.
fn group_scale(block: u32, s: u32) -> f32 { return ue4m3_half((w[params.plane1 + block] >> (8u * s)) & 255u); }
fn decode4(quad: u32) -> vec4f {
  let block = quad / 16u;
  let s = (quad >> 2u) & 3u;
  return fp4_at(w[block * 8u + s * 2u + (quad & 1u)] >> (2u * (quad & 2u))) * group_scale(block, s);
}
