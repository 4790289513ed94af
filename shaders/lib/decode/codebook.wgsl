// Weights looked up in a codebook. `points` holds the magnitudes of each point, a byte a coordinate. The format states
// lattice_word(block, q), quad q of the 64 in a block as four int8, and lattice_step(block, q), what they are times.
fn even_signs(seven: u32) -> u32 { return seven | ((countOneBits(seven) & 1u) << 7u); }
fn byte_at(word: u32, i: u32) -> u32 { return (word >> (8u * (i & 3u))) & 255u; }
// Magnitudes (none of them 0) with four sign bits.
fn signed_bytes(magnitudes: u32, bits: u32) -> u32 {
  let negative = ((bits & 15u) * 0x00204081u) & 0x01010101u;
  return (magnitudes ^ (negative * 255u)) + negative;
}
// Eight times (byte - 1 + shift), where the bytes are 0, 1, 2 and the shift is an eighth up or down.
fn shifted_bytes(bytes: u32, down: bool) -> u32 {
  return (((bytes * 8u) | 0x80808080u) - select(0x07070707u, 0x09090909u, down)) ^ 0x80808080u;
}
fn codebook_quad(block: u32, q: u32) -> vec4f {
  return vec4f(unpack4xI8(codebook_word(block, q))) * codebook_step(block, q);
}

fn decode4(quad: u32) -> vec4f { return codebook_quad(quad / 64u, quad & 63u); }
