// Planes: qs = 16 words per block, group g in half g / 4 at bit 2 (g % 4) of each byte; d = f16, two blocks per word.
fn block_scale(block: u32) -> f32 { return unpack2x16float(w[params.plane1 + block / 2u] >> (16u * (block & 1u))).x; }
fn trits_at(word: u32, quarter: u32) -> vec4f {
  return vec4f(unpack4xU8((word >> (2u * quarter)) & 0x03030303u)) - 1.0;
}
fn decode4(quad: u32) -> vec4f {
  let block = quad / 64u;
  let g = (quad >> 3u) & 7u;
  return trits_at(w[block * 16u + (g >> 2u) * 8u + (quad & 7u)], g & 3u) * block_scale(block);
}
