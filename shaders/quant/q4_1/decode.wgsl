//#import rounding
//#import lib/decode/nibbles
// Planes: qs = 4 words per block; dm = f16 scale and f16 minimum, one word per block.
fn decode4(quad: u32) -> vec4f {
  let block = quad / 8u;
  let dm = unpack2x16float(w[params.plane1 + block]);
  return rounded4(nibbles_at(w[block * 4u + (quad & 3u)], (quad >> 2u) & 1u) * dm.x) + dm.y;
}
