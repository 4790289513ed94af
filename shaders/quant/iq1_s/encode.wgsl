//#import lib/encode/iq1-search
const ENCODE_GROUP: u32 = 2048u;
const GROUP: u32 = 32u;
const TINY: f32 = 1e-12;
const SPREAD: f32 = 0.0078125;

var<private> sum_x: array<f32, 33>;
var<private> sum_w: array<f32, 33>;

fn weigh_group(at: u32, spread: f32) { weigh(at, 32u, spread); }
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
// Low bytes of the indices of a group.
fn low_word(group: u32) -> u32 {
  var word = 0u;
  for (var k = 0u; k < 4u; k++) { word |= (indices[4u * group + k] & 255u) << (8u * k); }
  return word;
}
// High bits of the indices of a group, its scale and its shift.
fn head(group: u32) -> u32 {
  var bits = 0u;
  for (var k = 0u; k < 4u; k++) { bits |= (indices[4u * group + k] >> 8u) << (3u * k); }
  let top = largest_scale(group / 8u);
  if (top == 0.0) { return bits; }
  let inverse = div(1.0, div(top, 15.0));
  return bits | select(0u, 0x8000u, group_shifts[group] != 0u) | (odd_scale(inverse, scales[group], 7) << 12u);
}
fn block_scale(block: u32) -> u32 {
  let top = largest_scale(block);
  if (top == 0.0) { return 0u; }
  return f16_bits(fence(div(top, 15.0) * 1.125));
}
fn encode_workgroup(workgroup: u32, invocation: u32) {
  let at = workgroup * ENCODE_GROUP;
  let size = weights_from(at);
  fit_groups(at, size, invocation);
  if (32u * invocation >= size) { return; }
  let group = invocation;
  let block = group / 8u;
  let to = params.first_block + workgroup * BLOCKS + block;
  w[to * 8u + (group & 7u)] = low_word(group);
  if ((group & 1u) == 0u) { w[params.plane1 + to * 4u + (group & 7u) / 2u] = head(group) | (head(group + 1u) << 16u); }
  // The scales of two blocks share a word; that of a block that is not there is 0.
  if ((group & 15u) == 0u) { w[params.plane2 + to / 2u] = block_scale(block) | (block_scale(block + 1u) << 16u); }
}
