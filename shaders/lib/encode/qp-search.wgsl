//#import lib/encode/weights
// Best scale of n non-negative `values` for codes 0..top by weighted least squares: nine candidates, then single codes
// change while the fit improves, for at most five rounds. Leaves the codes in `parts`. Source: make_qp_quants.
const NOTHING: f32 = 1e-15;
var<private> parts: array<f32, 32>;

fn positive_error(n: u32, inverse: f32, top: f32, wraps: bool) -> f32 {
  let scale = div(1.0, inverse);
  var error = 0.0;
  for (var i = 0u; i < n; i++) {
    var l = nearest(fence(inverse * values[i]));
    if (wraps) { l = l & 255; } else { l = min(l, i32(top)); }    // the reference keeps the first candidate's in bytes
    let off = fence(values[i] - fence(scale * f32(l)));
    error = fence(error + fence(fence(weights[i] * off) * off));
  }
  return error;
}
fn search_positive(n: u32, top: f32) -> f32 {
  var maximum = 0.0;
  for (var i = 0u; i < n; i++) {
    parts[i] = 0.0;
    if (values[i] > maximum) { maximum = values[i]; }
  }
  if (maximum < NOTHING) { return 0.0; }
  var inverse = div(top, maximum);
  var best = positive_error(n, inverse, top, true);
  for (var step = -4; step <= 4; step++) {
    if (step == 0) { continue; }
    let trial = div(fence(fence(0.1 * f32(step)) + top), maximum);
    let error = positive_error(n, trial, top, false);
    if (error < best) {
      best = error;
      inverse = trial;
    }
  }
  var lx = 0.0;
  var l2 = 0.0;
  for (var i = 0u; i < n; i++) {
    let l = min(f32(nearest(fence(inverse * values[i]))), top);
    parts[i] = byte_of(l);
    lx = fence(lx + fence(fence(weights[i] * values[i]) * l));
    l2 = fence(l2 + fence(fence(weights[i] * l) * l));
  }
  for (var round = 0u; round < 5u; round++) {
    var changed = false;
    for (var i = 0u; i < n; i++) {
      let wx = fence(weights[i] * values[i]);
      var new_lx = fence(lx - fence(wx * parts[i]));
      var new_l2 = fence(l2 - fence(fence(weights[i] * parts[i]) * parts[i]));
      if (!(new_lx > 0.0 && new_l2 > 0.0)) { continue; }
      let l = min(f32(nearest(div(fence(values[i] * new_l2), new_lx))), top);
      if (l == parts[i]) { continue; }
      new_lx = fence(new_lx + fence(wx * l));
      new_l2 = fence(new_l2 + fence(fence(weights[i] * l) * l));
      if (fence(fence(new_lx * new_lx) * l2) > fence(fence(lx * lx) * new_l2)) {
        parts[i] = byte_of(l);
        lx = new_lx;
        l2 = new_l2;
        changed = true;
      }
    }
    if (!changed) { break; }
  }
  if (l2 > 0.0) { return div(lx, l2); }
  return 0.0;
}
// The reference stores codes as bytes, so negative ones wrap.
fn byte_of(l: f32) -> f32 { return f32(u32(i32(l)) & 255u); }
