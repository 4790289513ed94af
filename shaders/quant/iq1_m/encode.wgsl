//#import lib/encode/iq1-search
const ENCODE_GROUP: u32 = 256u;
const SIZE: u32 = 16u;
const TINY: f32 = 1e-7;
const LOWEST: f32 = -3.4028234e38;

fn weigh_group(at: u32, spread: f32) {
  if (WEIGHTED) { weigh(at, 16u, spread); } else { weigh_by_squares(at, 16u); }
}
// Best split of the sorted weights and best shifts of the two eights. Returns the scale.
fn best_split() -> f32 {
  sort_values();
  var best = LOWEST;
  var scale = 0.0;
  var split = vec2u();
  shifts = 0u;
  for (var first = 0u; first <= 16u; first++) {
    for (var second = first; second <= 16u; second++) {
      var qx = vec4f();
      var q2 = vec4f();
      for (var j = 0u; j < 16u; j++) {
        let i = order[j];
        let code = select(select(2u, 1u, j < second), 0u, j < first);
        // Component s is for shifts = s.
        let up = UP[code];
        let down = DOWN[code];
        let q = select(vec4f(up, up, down, down), vec4f(up, down, up, down), i >= 8u);
        let up_w = fence(weights[i] * up);
        let down_w = fence(weights[i] * down);
        let wq = select(vec4f(up_w, up_w, down_w, down_w), vec4f(up_w, down_w, up_w, down_w), i >= 8u);
        let v = values[i];
        qx = fence4(qx + fence4(wq * v));
        q2 = fence4(q2 + fence4(wq * q));
      }
      for (var s = 0u; s < 4u; s++) {
        if (q2[s] > 0.0 && fence(qx[s] * qx[s]) > fence(best * q2[s])) {
          scale = div(qx[s], q2[s]);
          best = fence(scale * qx[s]);
          split = vec2u(first, second);
          shifts = s;
        }
      }
    }
  }
  return split_codes(split.x, split.y, scale);
}
fn encode_group(group: u32) {
  let at = group * 256u;
  let block = params.first_block + group;
  let spread = sum_of_squares(at, 256u) * 0.0078125;
  var scales: array<f32, 16>;
  var all_shifts = 0u;
  var low: array<u32, 8>;
  var high: array<u32, 4>;
  var top = 0.0;
  for (var j = 0u; j < 16u; j++) {
    weigh_group(at + 16u * j, spread);
    if (largest_magnitude() < TINY) { continue; }
    scales[j] = snap_to_codebook(best_split());
    if (scales[j] > top) { top = scales[j]; }
    low[j / 2u] |= ((found[0] & 255u) | ((found[1] & 255u) << 8u)) << (16u * (j & 1u));
    high[j / 4u] |= ((found[0] >> 8u) | ((found[1] >> 8u) << 4u)) << (8u * (j & 3u));
    all_shifts |= shifts << (2u * j);
  }
  var packed: array<u32, 4>;
  if (top != 0.0) {
    let part = div(top, 15.0);
    let inverse = div(1.0, part);
    var qx = 0.0;
    var q2 = 0.0;
    for (var j = 0u; j < 16u; j++) {
      let l = odd_scale(inverse, scales[j]);
      packed[j / 4u] |= l << (3u * (j & 3u));
      shifts = (all_shifts >> (2u * j)) & 3u;
      high[j / 4u] |= (((shifts & 1u) << 7u) | ((shifts >> 1u) << 3u)) << (8u * (j & 3u));
      weigh_group(at + 16u * j, spread);
      for (var i = 0u; i < 16u; i++) {
        let k = i / 8u;
        let point = ((low[j / 2u] >> (16u * (j & 1u) + 8u * k)) & 255u)
          | (((high[j / 4u] >> (8u * (j & 3u) + 4u * k)) & 7u) << 8u);
        let q = fence(values_of_eight(k)[point_code(point, i & 7u)] * f32(2u * l + 1u));
        let wq = fence(weights[i] * q);
        qx = fence(qx + fence(wq * values[i]));
        q2 = fence(q2 + fence(wq * q));
      }
    }
    var d = part;
    if (q2 > 0.0) { d = div(qx, q2); }
    let bits = f16_bits(fence(d * 1.1125));
    for (var k = 0u; k < 4u; k++) { packed[k] |= ((bits >> (4u * k)) & 15u) << 12u; }
  }
  for (var k = 0u; k < 8u; k++) { w[block * 8u + k] = low[k]; }
  for (var k = 0u; k < 4u; k++) { w[params.plane1 + block * 4u + k] = high[k]; }
  w[params.plane2 + block * 2u] = packed[0] | (packed[1] << 16u);
  w[params.plane2 + block * 2u + 1u] = packed[2] | (packed[3] << 16u);
}
