// Planes: qs = 16 words per block as in Q2_K; hmask = 8 words, group g at bit g of each byte; scales = 3 words of 6-bit
// scales; d = f16, two blocks per word.
fn scale_byte(block: u32, i: u32) -> u32 {
  return (w[params.plane2 + block * 3u + i / 4u] >> (8u * (i & 3u))) & 255u;
}
fn group_step(block: u32, sub: u32) -> f32 {
  let low = (scale_byte(block, sub & 7u) >> (4u * (sub >> 3u))) & 15u;
  let high = (scale_byte(block, 8u + (sub & 3u)) >> (2u * (sub >> 2u))) & 3u;
  let d = unpack2x16float(w[params.plane3 + block / 2u] >> (16u * (block & 1u))).x;
  return d * (f32(low | (high << 4u)) - 32.0);
}
fn codes3(low: u32, mask: u32, g: u32) -> vec4f {
  let pairs = (low >> (2u * (g & 3u))) & 0x03030303u;
  return vec4f(unpack4xU8(pairs | (((mask >> g) & 0x01010101u) << 2u))) - 4.0;
}
fn decode4(quad: u32) -> vec4f {
  let block = quad / 64u;
  let g = (quad >> 3u) & 7u;
  let k = quad & 7u;
  return codes3(w[block * 16u + (g >> 2u) * 8u + k], w[params.plane1 + block * 8u + k], g)
    * group_step(block, (quad & 63u) >> 2u);
}
