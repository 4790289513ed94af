// The largest magnitude of 32 numbers.
fn largest32(v: array<vec4f, 8>) -> f32 {
  let maximum4 = max(max(max(abs(v[0]), abs(v[1])), max(abs(v[2]), abs(v[3]))),
    max(max(abs(v[4]), abs(v[5])), max(abs(v[6]), abs(v[7]))));
  return max(max(maximum4.x, maximum4.y), max(maximum4.z, maximum4.w));
}
