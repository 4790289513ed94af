// Division and square root of the hardware, for devices whose self-test found them correctly rounded. The operands pass
// a fence: with a divisor that the compiler knows it may multiply by an inexact reciprocal.
fn div(a: f32, b: f32) -> f32 { return a / fence(b); }
fn square_root(x: f32) -> f32 {
  if (!(x > 0.0)) { return 0.0; }
  return sqrt(fence(x));
}
