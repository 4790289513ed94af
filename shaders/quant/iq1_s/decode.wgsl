//#import lib/decode/codebook
// Planes: qs = 8 words per block, the low index byte of each 8 weights; qh = 4 words, 16 bits for each 32 weights: 4 x
// 3 high index bits, 3 bits of scale, one of shift; d = f16.
fn head_of(block: u32, q: u32) -> u32 {
  let j = q >> 3u;
  return (w[params.plane1 + block * 4u + (j >> 1u)] >> (16u * (j & 1u))) & 0xffffu;
}
fn codebook_word(block: u32, q: u32) -> u32 {
  let k = (q >> 1u) & 3u;
  let head = head_of(block, q);
  let point = byte_at(w[block * 8u + (q >> 3u)], k) | (((head >> (3u * k)) & 7u) << 8u);
  return shifted_bytes(points[2u * point + (q & 1u)], (head & 0x8000u) != 0u);
}
fn codebook_step(block: u32, q: u32) -> f32 {
  let d = unpack2x16float(w[params.plane2 + block / 2u] >> (16u * (block & 1u))).x;
  return d * f32(2u * ((head_of(block, q) >> 12u) & 7u) + 1u) * 0.125;
}
