// Four codes of a word of nibbles. `high` = 1 takes the high nibbles.
fn nibbles_at(word: u32, high: u32) -> vec4f { return vec4f(unpack4xU8((word >> (4u * high)) & 0x0f0f0f0fu)); }
// The fifth bits of weights first..first + 3, at bit 4.
fn fifths_at(bits: u32, first: u32) -> vec4f {
  return vec4f(((vec4u(bits >> first) >> vec4u(0u, 1u, 2u, 3u)) & vec4u(1u)) << vec4u(4u));
}
