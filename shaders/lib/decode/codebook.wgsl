// Decodes the codebook formats. `points` holds the magnitudes of each codebook point, one byte per coordinate. The
// format defines codebook_word(block, q), quad q of 64 as four int8, and codebook_step(block, q), their scale.
fn even_signs(seven: u32) -> u32 { return seven | ((countOneBits(seven) & 1u) << 7u); }
fn byte_at(word: u32, i: u32) -> u32 { return (word >> (8u * (i & 3u))) & 255u; }
// Applies four sign bits to four magnitudes, none of which may be 0.
fn signed_bytes(magnitudes: u32, bits: u32) -> u32 {
  let negative = ((bits & 15u) * 0x00204081u) & 0x01010101u;
  return (magnitudes ^ (negative * 255u)) + negative;
}
// 8 * (byte - 1 + shift) for bytes 0, 1, 2 and a shift of 1/8 or -1/8.
fn shifted_bytes(bytes: u32, down: bool) -> u32 {
  return (((bytes * 8u) | 0x80808080u) - select(0x07070707u, 0x09090909u, down)) ^ 0x80808080u;
}
fn codebook_quad(block: u32, q: u32) -> vec4f {
  return vec4f(unpack4xI8(codebook_word(block, q))) * codebook_step(block, q);
}

fn decode4(quad: u32) -> vec4f { return codebook_quad(quad / 64u, quad & 63u); }
