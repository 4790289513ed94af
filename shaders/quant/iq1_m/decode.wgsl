//#import lib/decode/codebook
// Planes: qs = 8 words per block, the low index byte of each 8 weights; qh = 4 words, a nibble for each 8 weights: 3
// high index bits and the shift; scales = 2 words: four 16-bit fields of 4 x 3-bit scales with a nibble of f16 d on
// top.
fn codebook_word(block: u32, q: u32) -> u32 {
  let k = q >> 1u;
  let head = (w[params.plane1 + block * 4u + (k >> 3u)] >> (4u * (k & 7u))) & 15u;
  let point = byte_at(w[block * 8u + (k >> 2u)], k) | ((head & 7u) << 8u);
  return shifted_bytes(points[2u * point + (q & 1u)], head >= 8u);
}
fn codebook_step(block: u32, q: u32) -> f32 {
  let k = q >> 1u;
  let scales = vec2u(w[params.plane2 + block * 2u], w[params.plane2 + block * 2u + 1u]);
  let d = unpack2x16float(((scales.x >> 12u) & 15u) | ((scales.x >> 24u) & 0xf0u) | ((scales.y >> 4u) & 0xf00u)
    | ((scales.y >> 16u) & 0xf000u)).x;
  let scale = (scales[k >> 4u] >> (16u * ((k >> 3u) & 1u) + 3u * ((k >> 1u) & 3u))) & 7u;
  return d * f32(2u * scale + 1u) * 0.125;
}
