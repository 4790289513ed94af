//#import rounding
//#import lib/decode/nibbles
// Planes: qs = 4 words per block; qh = a word of fifth bits; dm = f16 scale and f16 minimum.
fn decode4(quad: u32) -> vec4f {
  let block = quad / 8u;
  let dm = unpack2x16float(w[params.plane2 + block]);
  let fifths = fifths_at(w[params.plane1 + block], 4u * (quad & 7u));
  return rounded4((nibbles_at(w[block * 4u + (quad & 3u)], (quad >> 2u) & 1u) + fifths) * dm.x) + dm.y;
}
