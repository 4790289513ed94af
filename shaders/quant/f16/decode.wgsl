fn halves(a: u32, b: u32) -> vec4f { return vec4f(unpack2x16float(a), unpack2x16float(b)); }
fn decode4(quad: u32) -> vec4f { return halves(w[quad * 2u], w[quad * 2u + 1u]); }
fn decode32(group: u32) -> array<vec4f, 8> {
  var out: array<vec4f, 8>;
  for (var i = 0u; i < 4u; i++) {
    let q = w4[group * 4u + i];
    out[2u * i] = halves(q.x, q.y);
    out[2u * i + 1u] = halves(q.z, q.w);
  }
  return out;
}
