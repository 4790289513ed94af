//#import lib/decode/nibbles
// Planes: qs = 4 words per block; qh = a word of fifth bits; d = f16, two blocks per word.
fn block_scale(block: u32) -> f32 { return unpack2x16float(w[params.plane2 + block / 2u] >> (16u * (block & 1u))).x; }
fn decode4(quad: u32) -> vec4f {
  let block = quad / 8u;
  let fifths = fifths_at(w[params.plane1 + block], 4u * (quad & 7u));
  return (nibbles_at(w[block * 4u + (quad & 3u)], (quad >> 2u) & 1u) + fifths - 16.0) * block_scale(block);
}
