//#import lib/decode/codebook
// Planes: qs = 16 words per block, for each 32 weights a word of 4 indices and one of 4 x 7 signs and a 4-bit scale; d
// = f16.
fn codebook_word(block: u32, q: u32) -> u32 {
  let at = block * 16u + (q >> 3u) * 2u;
  let k = (q >> 1u) & 3u;
  let signs = even_signs((w[at + 1u] >> (7u * k)) & 127u) >> (4u * (q & 1u));
  return signed_bytes(points[2u * byte_at(w[at], k) + (q & 1u)], signs);
}
fn codebook_step(block: u32, q: u32) -> f32 {
  let d = unpack2x16float(w[params.plane1 + block / 2u] >> (16u * (block & 1u))).x;
  return d * (0.5 + f32(w[block * 16u + (q >> 3u) * 2u + 1u] >> 28u)) * 0.25;
}
