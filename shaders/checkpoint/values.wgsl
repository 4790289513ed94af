// value of the code * scale.
fn decoded4(codes: vec4u, groups: vec4u) -> vec4f {
  return floats4(params.values_at, codes) * floats4(params.scales_at, groups);
}
