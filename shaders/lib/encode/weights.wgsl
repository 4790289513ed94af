//#import lib/float/exact
//#import importance
// Up to 32 values of a group and their weights in the searches, computed in the order of ggml-quants.c.
var<private> values: array<f32, 32>;
var<private> weights: array<f32, 32>;

fn sum_of_squares(at: u32, n: u32) -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < n; i++) { sum = fence(sum + fence(x[at + i] * x[at + i])); }
  return sum;
}
// importance * sqrt(spread + v^2) for v = x[i]. `spread` is sigma2 in ggml-quants.c.
fn importance_weight(i: u32, v: f32, spread: f32) -> f32 {
  return fence(importance_at(i) * square_root(fence(spread + fence(v * v))));
}
fn weigh(at: u32, n: u32, spread: f32) {
  for (var i = 0u; i < n; i++) {
    let v = x[at + i];
    values[i] = v;
    weights[i] = importance_weight(at + i, v, spread);
  }
}
fn weigh_by_squares(at: u32, n: u32) {
  for (var i = 0u; i < n; i++) {
    let v = x[at + i];
    values[i] = v;
    weights[i] = fence(v * v);
  }
}
fn total_weight(n: u32) -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < n; i++) { sum = fence(sum + weights[i]); }
  return sum;
}
