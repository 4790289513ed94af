// cap * tanh(x / cap), or x if cap is 0. Uses exp because the built-in tanh may overflow.
fn soft_cap(x: f32, cap: f32) -> f32 {
  if (cap == 0.0) { return x; }
  let e = exp(clamp(2.0 * x / cap, -60.0, 60.0));
  return cap * (1.0 - 2.0 / (e + 1.0));
}
