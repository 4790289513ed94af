//#import rounding
// Planes: qs = 16 words per block, group g in half g / 4 at bit 2 (g % 4) of each byte; scales = 16 bytes (scale in the
// low nibble, minimum in the high one); dm = f16 d and f16 dmin.
fn group_scale(block: u32, sub: u32) -> vec2f {
  let byte = w[params.plane1 + block * 4u + sub / 4u] >> (8u * (sub & 3u));
  return rounded2(unpack2x16float(w[params.plane2 + block]) * vec2f(vec2u(byte & 15u, (byte >> 4u) & 15u)));
}
fn pairs_at(word: u32, quarter: u32) -> vec4f { return vec4f(unpack4xU8((word >> (2u * quarter)) & 0x03030303u)); }
fn decode4(quad: u32) -> vec4f {
  let block = quad / 64u;
  let g = (quad >> 3u) & 7u;
  let s = group_scale(block, (quad & 63u) >> 2u);
  return rounded4(pairs_at(w[block * 16u + (g >> 2u) * 8u + (quad & 7u)], g & 3u) * s.x) - s.y;
}
