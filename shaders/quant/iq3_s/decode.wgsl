//#import lib/decode/codebook
// Planes: qs = 16 words per block, the low index byte of each 4 weights; tail = 11 words: 2 of ninth index bits, 8 of
// signs, one of 4-bit scales; d = f16.
fn codebook_word(block: u32, q: u32) -> u32 {
  let tail = params.plane1 + block * 11u;
  let high = (w[tail + (q >> 5u)] >> (q & 31u)) & 1u;
  let signs = w[tail + 2u + (q >> 3u)] >> (4u * (q & 7u));
  return signed_bytes(points[byte_at(w[block * 16u + (q >> 2u)], q) | (high << 8u)], signs);
}
fn codebook_step(block: u32, q: u32) -> f32 {
  let scale = (w[params.plane1 + block * 11u + 10u] >> (4u * (q >> 3u))) & 15u;
  let d = unpack2x16float(w[params.plane2 + block / 2u] >> (16u * (block & 1u))).x;
  return d * f32(1u + 2u * scale);
}
