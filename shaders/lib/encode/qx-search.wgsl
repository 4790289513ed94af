//#import lib/encode/weights
// Best scale of n `values` for codes -top..top - 1: weighted least squares over 19 candidates, in order.
// Source: make_qx_quants.
const NEGLIGIBLE: f32 = 1e-15;
struct SignedFit {
  scale: f32,
  inverse: f32,     // the codes are nearest(inverse * value); 0 if all values are negligible
}
fn signed_code(i: u32, inverse: f32, top: f32) -> f32 {
  return clamp(f32(nearest(fence(inverse * values[i]))), -top, top - 1.0);
}
// code + top, as stored. 0 if all values are negligible.
fn stored_code(i: u32, inverse: f32, top: f32) -> u32 {
  if (inverse == 0.0) { return 0u; }
  return u32(signed_code(i, inverse, top) + top);
}
fn signed_sums(n: u32, inverse: f32, top: f32) -> vec2f {
  var sums = vec2f();
  for (var i = 0u; i < n; i++) {
    let l = signed_code(i, inverse, top);
    sums.x = fence(sums.x + fence(fence(weights[i] * values[i]) * l));
    sums.y = fence(sums.y + fence(fence(weights[i] * l) * l));
  }
  return sums;
}
fn search_signed(n: u32, top: f32) -> SignedFit {
  var extreme = 0.0;
  for (var i = 0u; i < n; i++) {
    if (abs(values[i]) > abs(extreme)) { extreme = values[i]; }
  }
  if (abs(extreme) < NEGLIGIBLE) { return SignedFit(0.0, 0.0); }
  var fit = SignedFit(0.0, div(-top, extreme));
  var sums = signed_sums(n, fit.inverse, top);
  if (sums.y != 0.0) { fit.scale = div(sums.x, sums.y); }
  var best = fence(fit.scale * sums.x);
  for (var step = -9; step <= 9; step++) {
    if (step == 0) { continue; }
    let inverse = div(-fence(top + fence(0.1 * f32(step))), extreme);
    sums = signed_sums(n, inverse, top);
    if (sums.y > 0.0 && fence(sums.x * sums.x) > fence(best * sums.y)) {
      fit = SignedFit(div(sums.x, sums.y), inverse);
      best = fence(fit.scale * sums.x);
    }
  }
  return fit;
}
