//#import lib/codes/codes
//#import lib/codes/single
const HALVES: bool = true;
fn codes32(group: u32) -> Codes {
  let b = group / 8u;
  let q = (group & 7u) * 8u;
  return Codes(
    vec4u(codebook_word(b, q), codebook_word(b, q + 1u), codebook_word(b, q + 2u), codebook_word(b, q + 3u)),
    vec4u(codebook_word(b, q + 4u), codebook_word(b, q + 5u), codebook_word(b, q + 6u), codebook_word(b, q + 7u)),
    vec2f(codebook_step(b, q), codebook_step(b, q + 4u)), vec2f());
}
