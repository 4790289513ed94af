// scale * (code - zero). The difference is exact.
fn decoded4(codes: vec4u, groups: vec4u) -> vec4f {
  return floats4(params.scales_at, groups) * rounded4(vec4f(codes) - floats4(params.offsets_at, groups));
}
