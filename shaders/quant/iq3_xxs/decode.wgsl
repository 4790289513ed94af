//#import lib/decode/codebook
// Planes: qs = 16 words per block, an index byte for each 4 weights; signs = 8 words of 4 x 7 signs and a 4-bit scale;
// d = f16.
fn codebook_word(block: u32, q: u32) -> u32 {
  let packed = w[params.plane1 + block * 8u + (q >> 3u)];
  let signs = even_signs((packed >> (7u * ((q >> 1u) & 3u))) & 127u) >> (4u * (q & 1u));
  return signed_bytes(points[byte_at(w[block * 16u + (q >> 2u)], q)], signs);
}
fn codebook_step(block: u32, q: u32) -> f32 {
  let d = unpack2x16float(w[params.plane2 + block / 2u] >> (16u * (block & 1u))).x;
  return d * (0.5 + f32(w[params.plane1 + block * 8u + (q >> 3u)] >> 28u)) * 0.5;
}
