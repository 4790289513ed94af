fn upper_halves(a: u32, b: u32) -> vec4f {
  return bitcast<vec4f>(vec4u(a << 16u, a & 0xffff0000u, b << 16u, b & 0xffff0000u));
}
fn decode4(quad: u32) -> vec4f { return upper_halves(w[quad * 2u], w[quad * 2u + 1u]); }
