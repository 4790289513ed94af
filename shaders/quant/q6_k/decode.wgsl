// Planes: ql = 32 words of low nibbles per block; qh = 16 words of high bit pairs; scales = 4 words of int8; d = f16.
// Group g of 32 weights is quarter g % 4 of half g / 4 (ggml's interleaving).
fn sub_scale(block: u32, sub: u32) -> f32 {
  let d = unpack2x16float(w[params.plane3 + block / 2u] >> (16u * (block & 1u))).x;
  return d * f32(unpack4xI8(w[params.plane2 + block * 4u + sub / 4u])[sub & 3u]);
}
fn codes4(low: u32, high: u32, quarter: u32) -> vec4f {
  let lo = (low >> (4u * (quarter >> 1u))) & 0x0f0f0f0fu;
  let hi = ((high >> (2u * quarter)) & 0x03030303u) << 4u;
  return vec4f(unpack4xU8(lo | hi)) - 32.0;
}
fn decode4(quad: u32) -> vec4f {
  let block = quad / 64u;
  let group = (quad >> 3u) & 7u;
  let word = quad & 7u;
  let low = w[block * 32u + (group >> 2u) * 16u + (group & 1u) * 8u + word];
  let high = w[params.plane1 + block * 16u + (group >> 2u) * 8u + word];
  return codes4(low, high, group & 3u) * sub_scale(block, (quad & 63u) >> 2u);
}
