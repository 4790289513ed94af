//#import lib/decode/fp4
// Planes: qs = 4 words per block; e = exponents (E8M0), four blocks per word.
fn block_scale(block: u32) -> f32 {
  return power_of_two_half((w[params.plane1 + block / 4u] >> (8u * (block & 3u))) & 255u);
}
fn decode4(quad: u32) -> vec4f {
  let block = quad / 8u;
  return fp4_at(w[block * 4u + (quad & 3u)] >> (quad & 4u)) * block_scale(block);
}
