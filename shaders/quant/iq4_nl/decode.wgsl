//#import lib/decode/iq4-steps
// Planes: qs = 4 words per block; d = f16, two blocks per word.
fn block_scale(block: u32) -> f32 { return unpack2x16float(w[params.plane1 + block / 2u] >> (16u * (block & 1u))).x; }
fn decode4(quad: u32) -> vec4f {
  let block = quad / 8u;
  return steps_at(w[block * 4u + (quad & 3u)], (quad >> 2u) & 1u) * block_scale(block);
}
