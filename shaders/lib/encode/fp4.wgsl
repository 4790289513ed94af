//#import lib/decode/fp4
//#import lib/float/exact
// Code of the FP4 value nearest to v / d. The first wins ties. Source: best_index_mxfp4.
fn nearest_fp4(v: f32, d: f32) -> u32 {
  var index = 0u;
  var least = abs(v);
  for (var i = 1u; i < 16u; i++) {
    let off = abs(fence(fence(FP4[i] * d) - v));
    if (off < least) {
      least = off;
      index = i;
    }
  }
  return index;
}
fn largest_of(at: u32, n: u32) -> f32 {
  var top = 0.0;
  for (var i = 0u; i < n; i++) { if (abs(x[at + i]) > top) { top = abs(x[at + i]); } }
  return top;
}
