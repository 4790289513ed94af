// Weights looked up in a lattice. `points` holds the magnitudes of each point, a byte a coordinate. The format states
// lattice_quad(block, q): quad q of the 64 in a block.
fn even_signs(seven: u32) -> u32 { return seven | ((countOneBits(seven) & 1u) << 7u); }
fn signs4(bits: u32) -> vec4f { return 1.0 - 2.0 * vec4f((vec4u(bits) >> vec4u(0u, 1u, 2u, 3u)) & vec4u(1u)); }
fn bytes4(word: u32) -> vec4f { return vec4f(unpack4xU8(word)); }
fn byte_at(word: u32, i: u32) -> u32 { return (word >> (8u * (i & 3u))) & 255u; }

fn decode4(quad: u32) -> vec4f { return lattice_quad(quad / 64u, quad & 63u); }
fn decode32(group: u32) -> array<vec4f, 8> {
  var out: array<vec4f, 8>;
  for (var k = 0u; k < 8u; k++) { out[k] = lattice_quad(group / 8u, (group & 7u) * 8u + k); }
  return out;
}
