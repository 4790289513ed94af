//#import lib/float/f16
//#import lib/float/exact
// Ternary codes 0, 1, 2 for -1, 0, 1. The scale is the largest magnitude of n weights.
fn largest(at: u32, n: u32) -> f32 {
  var top = 0.0;
  for (var i = 0u; i < n; i++) {
    let a = abs(x[at + i]);
    if (top < a) { top = a; }
  }
  return top;
}
// lroundf(v * inverse) + 1, half away from zero. Not finite gives 1 (see src/quant/search/ternary.ts).
fn ternary_code(v: f32, inverse: f32) -> u32 {
  let scaled = fence(v * inverse);
  if (!(abs(scaled) < 2.0)) { return 1u; }
  return u32(1 + select(0, select(1, -1, scaled < 0.0), abs(scaled) >= 0.5));
}
