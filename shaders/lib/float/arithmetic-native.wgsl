// Hardware division and square root, for devices whose self-test found them correctly rounded. The fences hide constant
// operands: the compiler may replace division by a constant with an inexact reciprocal.
fn div(a: f32, b: f32) -> f32 { return a / fence(b); }
fn square_root(x: f32) -> f32 {
  if (!(x > 0.0)) { return 0.0; }
  return sqrt(fence(x));
}
