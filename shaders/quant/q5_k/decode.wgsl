//#import rounding
//#import lib/decode/nibbles
//#import lib/decode/k-scales
// Planes: qs = 32 words per block as in Q4_K; qh = 8 words, group j at bit j of each byte; head = 4 words as in Q4_K.
fn fifth_of(word: u32, j: u32) -> vec4f { return vec4f(unpack4xU8(((word >> j) & 0x01010101u) << 4u)); }
fn decode4(quad: u32) -> vec4f {
  let block = quad / 64u;
  let j = (quad >> 3u) & 7u;
  let k = quad & 7u;
  let g = affine_group(params.plane2 / 4u + block, j);
  let low = nibbles_at(w[block * 32u + (j >> 1u) * 8u + k], j & 1u);
  return rounded4((low + fifth_of(w[params.plane1 + block * 8u + k], j)) * g.x) - g.y;
}
