//#import lib/encode/iq1-search
const ENCODE_GROUP: u32 = 512u;
const SIZE: u32 = 32u;
const TINY: f32 = 1e-12;
const LOWEST: f32 = -3.4028234e38;

var<private> sum_x: array<f32, 33>;
var<private> sum_w: array<f32, 33>;

fn split_score(first: u32, second: u32, q: vec3f) -> vec2f {
  let px = vec3f(sum_x[first], fence(sum_x[second] - sum_x[first]), fence(sum_x[32] - sum_x[second]));
  let pw = vec3f(sum_w[first], fence(sum_w[second] - sum_w[first]), fence(sum_w[32] - sum_w[second]));
  let qx = fence(fence(fence(px.x * q.x) + fence(px.y * q.y)) + fence(px.z * q.z));
  let q2 = fence(fence(fence(fence(pw.x * q.x) * q.x) + fence(fence(pw.y * q.y) * q.y)) + fence(fence(pw.z * q.z) * q.z));
  return vec2f(qx, q2);
}
// Best split of the sorted weights, from prefix sums. Returns the scale.
fn best_split() -> f32 {
  sort_values();
  sum_x[0] = 0.0;
  sum_w[0] = 0.0;
  for (var j = 0u; j < 32u; j++) {
    let i = order[j];
    sum_x[j + 1u] = fence(sum_x[j] + fence(weights[i] * values[i]));
    sum_w[j + 1u] = fence(sum_w[j] + weights[i]);
  }
  var best = LOWEST;
  var scale = 0.0;
  var split = vec2u();
  shifts = 0u;
  for (var first = 0u; first <= 32u; first++) {
    for (var second = first; second <= 32u; second++) {
      for (var down = 0u; down < 2u; down++) {
        let s = split_score(first, second, select(UP, DOWN, down == 1u));
        if (s.y > 0.0 && fence(s.x * s.x) > fence(best * s.y)) {
          scale = div(s.x, s.y);
          best = fence(scale * s.x);
          split = vec2u(first, second);
          shifts = down * 3u;
        }
      }
    }
  }
  return split_codes(split.x, split.y, scale);
}
fn encode_block(at: u32, block: u32) -> u32 {
  let spread = sum_of_squares(at, 256u) * 0.0078125;
  var scales: array<f32, 8>;
  var qh: array<u32, 8>;
  var top = 0.0;
  for (var j = 0u; j < 8u; j++) {
    w[block * 8u + j] = 0u;
    weigh(at + 32u * j, 32u, spread);
    if (largest_magnitude() < TINY) { continue; }
    scales[j] = snap_to_codebook(best_split());
    if (scales[j] > top) { top = scales[j]; }
    for (var k = 0u; k < 4u; k++) {
      w[block * 8u + j] |= (found[k] & 255u) << (8u * k);
      qh[j] |= (found[k] >> 8u) << (3u * k);
    }
    if (shifts != 0u) { qh[j] |= 0x8000u; }
  }
  var d = 0u;
  if (top != 0.0) {
    let part = div(top, 15.0);
    let inverse = div(1.0, part);
    d = f16_bits(fence(part * 1.125));
    for (var j = 0u; j < 8u; j++) { qh[j] |= odd_scale(inverse, scales[j]) << 12u; }
  } else {
    for (var j = 0u; j < 8u; j++) { qh[j] &= 0xfffu; }
  }
  for (var k = 0u; k < 4u; k++) { w[params.plane1 + block * 4u + k] = qh[2u * k] | (qh[2u * k + 1u] << 16u); }
  return d;
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 512u, block);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(group * 512u + 256u, block + 1u) << 16u; }
  w[params.plane2 + block / 2u] = scales;
}
