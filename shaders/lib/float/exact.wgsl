//#import arithmetic
// IEEE float32 on hardware that may fuse, reassociate or divide approximately. Needs params.zero, a runtime 0.

// A rounding barrier: the compiler cannot know that params.zero is 0, so it cannot fuse operations across it.
fn fence(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ params.zero); }
fn fence2(x: vec2f) -> vec2f { return bitcast<vec2f>(bitcast<vec2u>(x) ^ vec2u(params.zero)); }
fn fence3(x: vec3f) -> vec3f { return bitcast<vec3f>(bitcast<vec3u>(x) ^ vec3u(params.zero)); }
fn fence4(x: vec4f) -> vec4f { return bitcast<vec4f>(bitcast<vec4u>(x) ^ vec4u(params.zero)); }

fn inverse(d: f32) -> f32 {
  if (d == 0.0) { return 0.0; }
  return div(1.0, d);
}
// C's (int8_t)(v), clamped from above. An overflowing conversion gives 0 (see src/quant/search/extremes.ts).
fn truncated_code(v: f32, top: i32) -> u32 {
  if (!(abs(v) < 2147483648.0)) { return 0u; }
  return u32(min(top, i32(trunc(v)))) & 255u;
}
// ggml's nearest_int: half to even. Large values wrap around as in the reference.
fn nearest(v: f32) -> i32 { return i32(bitcast<u32>(v + 12582912.0) & 0x7fffffu) - 0x400000; }
fn nearest4(v: vec4f) -> vec4i { return vec4i(bitcast<vec4u>(v + 12582912.0) & vec4u(0x7fffffu)) - 0x400000; }
fn square_root4(v: vec4f) -> vec4f { return vec4f(square_root(v.x), square_root(v.y), square_root(v.z), square_root(v.w)); }
