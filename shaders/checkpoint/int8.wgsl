// (code * largest magnitude of the row) * (1/127), each product rounded. The constant is float32's of 7.874015718698502e-3.
fn decoded4(codes: vec4u, groups: vec4u) -> vec4f {
  let signed = rounded4(vec4f(codes) - 128.0);
  return rounded4(signed * floats4(params.scales_at, groups)) * bitcast<f32>(0x3c010204u);
}
