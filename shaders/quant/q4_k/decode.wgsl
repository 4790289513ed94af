//#import rounding
//#import lib/decode/nibbles
//#import lib/decode/k-scales
// Planes: qs = 32 words per block, groups 2p and 2p + 1 share 8 of them; head = 4 words (lib/decode/k-scales).
fn decode4(quad: u32) -> vec4f {
  let block = quad / 64u;
  let j = (quad >> 3u) & 7u;
  let g = affine_group(params.plane1 / 4u + block, j);
  return rounded4(nibbles_at(w[block * 32u + (j >> 1u) * 8u + (quad & 7u)], j & 1u) * g.x) - g.y;
}
