//#import lib/decode/codebook
// Planes: qs = 16 words per block, 9 index and 7 sign bits for each 8 weights; scales = 2 words of 4 bits each; d =
// f16.
fn codebook_word(block: u32, q: u32) -> u32 {
  let k = q >> 1u;
  let half = (w[block * 16u + (k >> 1u)] >> (16u * (k & 1u))) & 0xffffu;
  return signed_bytes(points[2u * (half & 511u) + (q & 1u)], even_signs(half >> 9u) >> (4u * (q & 1u)));
}
fn codebook_step(block: u32, q: u32) -> f32 {
  let scale = (w[params.plane1 + block * 2u + (q >> 5u)] >> (4u * ((q >> 2u) & 7u))) & 15u;
  let d = unpack2x16float(w[params.plane2 + block / 2u] >> (16u * (block & 1u))).x;
  return d * (0.5 + f32(scale)) * 0.25;
}
