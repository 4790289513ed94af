//#import lib/float/f16
//#import lib/encode/weights
//#import lib/decode/iq4-steps
const TINY: f32 = 1e-15;

// Index of the nearest level. The upper wins ties.
fn nearest_step(v: f32) -> u32 {
  if (v <= STEPS[0]) { return 0u; }
  if (v >= STEPS[15]) { return 15u; }
  var low = 0u;
  var high = 15u;
  while (high - low > 1u) {
    let mid = (low + high) / 2u;
    if (v < STEPS[mid]) { high = mid; } else { low = mid; }
  }
  return select(high, high - 1u, fence(v - STEPS[high - 1u]) < fence(STEPS[high] - v));
}
fn step_sums(at: u32, inverse: f32) -> vec2f {
  var sums = vec2f();
  for (var i = 0u; i < 32u; i++) {
    let v = x[at + i];
    let q = STEPS[nearest_step(fence(inverse * v))];
    var count = fence(v * v);
    if (WEIGHTED) { count = weights[i]; }
    let wq = fence(count * q);
    sums.x = fence(sums.x + fence(wq * v));
    sums.y = fence(sums.y + fence(wq * q));
  }
  return sums;
}
// Best scale of 32 weights over 16 candidates, in order: least squares weighted by x^2, or by `weights` with an
// importance matrix. Source: quantize_row_iq4_nl_impl.
fn search_step_scale(at: u32) -> f32 {
  var extreme = 0.0;
  for (var i = 0u; i < 32u; i++) {
    if (abs(x[at + i]) > abs(extreme)) { extreme = x[at + i]; }
  }
  if (abs(extreme) < TINY) { return 0.0; }
  var sums = step_sums(at, div(1.0, div(-extreme, STEPS[0])));
  var scale = div(sums.x, sums.y);
  var best = fence(scale * sums.x);
  for (var attempt = -7; attempt <= 7; attempt++) {
    sums = step_sums(at, div(f32(attempt) + STEPS[0], extreme));
    if (sums.y > 0.0 && fence(sums.x * sums.x) > fence(best * sums.y)) {
      scale = div(sums.x, sums.y);
      best = fence(scale * sums.x);
    }
  }
  return scale;
}
// Word k of 32 weights: 4k.. in the low nibbles, 16 + 4k.. in the high ones.
fn step_codes(at: u32, k: u32, inverse: f32) -> u32 {
  var word = 0u;
  for (var b = 0u; b < 4u; b++) {
    let i = at + 4u * k + b;
    word |= (nearest_step(fence(inverse * x[i])) | (nearest_step(fence(inverse * x[i + 16u])) << 4u)) << (8u * b);
  }
  return word;
}
