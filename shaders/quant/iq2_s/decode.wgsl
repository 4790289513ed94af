//#import lib/decode/codebook
// Planes: qs = 16 words per block, 8 of low index bytes and 8 of signs; tail = 2 words of high index bits and 2 of
// 4-bit scales; d = f16.
fn codebook_word(block: u32, q: u32) -> u32 {
  let k = q >> 1u;
  let high = (w[params.plane1 + block * 4u + (k >> 4u)] >> (2u * (k & 15u))) & 3u;
  let point = byte_at(w[block * 16u + (k >> 2u)], k) | (high << 8u);
  let signs = byte_at(w[block * 16u + 8u + (k >> 2u)], k) >> (4u * (q & 1u));
  return signed_bytes(points[2u * point + (q & 1u)], signs);
}
fn codebook_step(block: u32, q: u32) -> f32 {
  let scale = (w[params.plane1 + block * 4u + 2u + (q >> 5u)] >> (4u * ((q >> 2u) & 7u))) & 15u;
  let d = unpack2x16float(w[params.plane2 + block / 2u] >> (16u * (block & 1u))).x;
  return d * (0.5 + f32(scale)) * 0.25;
}
