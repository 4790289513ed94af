// scale * code + bias, the product rounded first.
fn decoded4(codes: vec4u, groups: vec4u) -> vec4f {
  return rounded4(floats4(params.scales_at, groups) * vec4f(codes)) + floats4(params.offsets_at, groups);
}
