//#import lib/encode/weights
// Best scale and minimum of n weights for codes 0..top. Candidates are tried in order, the best fit so far feeds the
// next one, and sums run in order: the bytes depend on all three. Weight i counts mean + |x|, or weights[i] with an
// importance matrix. Sources: make_qkx2_quants, make_qkx3_quants.
struct Fit {
  scale: f32,
  low: f32,         // subtracted from scale * code
  inverse: f32,     // the codes of the search are nearest(inverse * (x - base))
  base: f32,
}
struct Search { n: u32, top: f32, first: f32, delta: f32, steps: i32, absolute: bool, }

// Candidates of the searches with an importance matrix.
fn weighted_search(n: u32, top: f32) -> Search { return Search(n, top, -0.9, 0.05, 36, false); }
fn count_of(i: u32, v: f32, mean: f32) -> f32 {
  if (WEIGHTED) { return weights[i]; }
  return fence(mean + abs(v));
}

fn search_code(v: f32, inverse: f32, base: f32, top: f32) -> f32 {
  return clamp(f32(nearest(fence(inverse * fence(v - base)))), 0.0, top);
}
fn search_error(at: u32, mean: f32, s: Search, inverse: f32, base: f32, scale: f32, low: f32) -> f32 {
  var error = 0.0;
  for (var i = 0u; i < s.n; i++) {
    let v = x[at + i];
    let off = fence(fence(fence(scale * search_code(v, inverse, base, s.top)) + low) - v);
    var cost = abs(off);
    if (!s.absolute) { cost = fence(off * off); }
    error = fence(error + fence(count_of(i, v, mean) * cost));
  }
  return error;
}
fn search_scale_min(at: u32, mean: f32, s: Search) -> Fit {
  var low = x[at];
  var high = low;
  var sum_w = count_of(0u, low, mean);
  var sum_x = fence(sum_w * low);
  for (var i = 1u; i < s.n; i++) {
    let v = x[at + i];
    if (v < low) { low = v; }
    if (v > high) { high = v; }
    let weight = count_of(i, v, mean);
    sum_w = fence(sum_w + weight);
    sum_x = fence(sum_x + fence(weight * v));
  }
  if (low > 0.0) { low = 0.0; }
  if (high == low) { return Fit(0.0, -low, 0.0, low); }
  var inverse = div(s.top, fence(high - low));
  var fit = Fit(div(1.0, inverse), 0.0, inverse, low);
  var best = search_error(at, mean, s, inverse, low, fit.scale, low);
  for (var step = 0; step <= s.steps; step++) {
    inverse = div(fence(fence(s.first + fence(s.delta * f32(step))) + s.top), fence(high - low));
    var sum_l = 0.0;
    var sum_l2 = 0.0;
    var sum_xl = 0.0;
    for (var i = 0u; i < s.n; i++) {
      let v = x[at + i];
      let l = search_code(v, inverse, low, s.top);
      let wl = fence(count_of(i, v, mean) * l);
      sum_l = fence(sum_l + wl);
      sum_l2 = fence(sum_l2 + fence(wl * l));
      sum_xl = fence(sum_xl + fence(wl * v));
    }
    let det = fence(fence(sum_w * sum_l2) - fence(sum_l * sum_l));
    if (!(det > 0.0)) { continue; }
    var scale = div(fence(fence(sum_w * sum_xl) - fence(sum_x * sum_l)), det);
    var new_low = div(fence(fence(sum_l2 * sum_x) - fence(sum_l * sum_xl)), det);
    if (new_low > 0.0) {
      new_low = 0.0;
      scale = div(sum_xl, sum_l2);
    }
    let error = search_error(at, mean, s, inverse, low, scale, new_low);
    if (error < best) {
      best = error;
      fit = Fit(scale, 0.0, inverse, low);
      low = new_low;
    }
  }
  fit.low = -low;
  return fit;
}
