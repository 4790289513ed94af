// Planes: qs = 4 words of sign bits per block; d = f16, two blocks per word.
fn signed4(bits: u32, d: f32) -> vec4f {
  return select(vec4f(-d), vec4f(d), ((vec4u(bits) >> vec4u(0u, 1u, 2u, 3u)) & vec4u(1u)) == vec4u(1u));
}
fn block_scale(block: u32) -> f32 { return unpack2x16float(w[params.plane1 + block / 2u] >> (16u * (block & 1u))).x; }
fn decode4(quad: u32) -> vec4f { return signed4(w[quad / 8u] >> (4u * (quad & 7u)), block_scale(quad / 32u)); }
