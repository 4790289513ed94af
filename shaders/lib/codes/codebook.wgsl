//#import lib/codes/codes
//#import lib/codes/single
fn codes32(group: u32) -> Codes {
  let b = group / 8u;
  let q = (group & 7u) * 8u;
  return Codes(
    vec4u(lattice_word(b, q), lattice_word(b, q + 1u), lattice_word(b, q + 2u), lattice_word(b, q + 3u)),
    vec4u(lattice_word(b, q + 4u), lattice_word(b, q + 5u), lattice_word(b, q + 6u), lattice_word(b, q + 7u)),
    vec2f(lattice_step(b, q), lattice_step(b, q + 4u)), vec2f());
}
