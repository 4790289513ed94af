// 32 activations from quad i on, their sum of squares, and their product with norm weights.
fn input32(i: u32) -> array<vec4f, 8> {
  return array(x[i], x[i + 1u], x[i + 2u], x[i + 3u], x[i + 4u], x[i + 5u], x[i + 6u], x[i + 7u]);
}
fn squares32(v: array<vec4f, 8>) -> f32 {
  return dot(v[0] * v[0] + v[1] * v[1] + v[2] * v[2] + v[3] * v[3] + v[4] * v[4] + v[5] * v[5] + v[6] * v[6]
    + v[7] * v[7], vec4f(1.0));
}
fn normalized32(v: array<vec4f, 8>, i: u32, scale: f32) -> array<vec4f, 8> {
  return array(v[0] * norm[i] * scale, v[1] * norm[i + 1u] * scale, v[2] * norm[i + 2u] * scale,
    v[3] * norm[i + 3u] * scale, v[4] * norm[i + 4u] * scale, v[5] * norm[i + 5u] * scale,
    v[6] * norm[i + 6u] * scale, v[7] * norm[i + 7u] * scale);
}
