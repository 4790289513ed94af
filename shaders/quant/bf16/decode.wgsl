fn upper_halves(a: u32, b: u32) -> vec4f {
  return bitcast<vec4f>(vec4u(a << 16u, a & 0xffff0000u, b << 16u, b & 0xffff0000u));
}
fn decode4(quad: u32) -> vec4f { return upper_halves(w[quad * 2u], w[quad * 2u + 1u]); }
fn decode32(group: u32) -> array<vec4f, 8> {
  var out: array<vec4f, 8>;
  for (var i = 0u; i < 4u; i++) {
    let q = w4[group * 4u + i];
    out[2u * i] = upper_halves(q.x, q.y);
    out[2u * i + 1u] = upper_halves(q.z, q.w);
  }
  return out;
}
