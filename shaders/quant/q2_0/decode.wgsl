// Planes: qs = 4 words a block, 16 weights a word; d = f16, two blocks a word.
fn pairs4(bits: u32) -> vec4f { return vec4f((vec4u(bits) >> vec4u(0u, 2u, 4u, 6u)) & vec4u(3u)) - 1.0; }
fn block_scale(block: u32) -> f32 { return unpack2x16float(w[params.plane1 + block / 2u])[block & 1u]; }
fn decode4(quad: u32) -> vec4f { return pairs4(w[quad / 4u] >> (8u * (quad & 3u))) * block_scale(quad / 16u); }
fn decode32(group: u32) -> array<vec4f, 8> {
  let d = block_scale(group / 2u);
  let words = vec2u(w[group * 2u], w[group * 2u + 1u]);
  var out: array<vec4f, 8>;
  for (var k = 0u; k < 8u; k++) { out[k] = pairs4(words[k >> 2u] >> (8u * (k & 3u))) * d; }
  return out;
}
