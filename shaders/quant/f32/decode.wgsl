fn decode4(quad: u32) -> vec4f { return bitcast<vec4f>(w4[quad]); }
fn decode32(group: u32) -> array<vec4f, 8> {
  var out: array<vec4f, 8>;
  for (var i = 0u; i < 8u; i++) { out[i] = bitcast<vec4f>(w4[group * 8u + i]); }
  return out;
}
