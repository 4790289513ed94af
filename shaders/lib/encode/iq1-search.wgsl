//#import lib/float/f16
//#import lib/encode/shared-blocks
//#import lib/encode/neighbours
// Search of the 1-bit IQ formats (src/quant/search/iq1-search.ts): codes 0, 1, 2 stand for -1, 0, 1 shifted by 1/8 or
// -1/8, in tuples of eight that are codebook points. An invocation fits a group, and packs words of the blocks once all
// groups are fitted. The format defines ENCODE_GROUP = 64 * GROUP, GROUP, TINY, SPREAD, weigh_group and best_split.
const UP = vec3f(-0.875, 0.125, 1.125);
const DOWN = vec3f(-1.125, -0.125, 0.875);
const LOWEST: f32 = -3.4028234e38;
const WIDTH: u32 = 64u;
const EIGHTS: u32 = GROUP / 8u;

var<workgroup> indices: array<u32, GROUPS * EIGHTS>;      // codebook point of each eight
var<workgroup> group_shifts: array<u32, GROUPS>;

var<private> order: array<u32, GROUP>;            // indices by ascending value
var<private> codes: array<u32, GROUP>;
var<private> found: array<u32, EIGHTS>;           // points
var<private> shifts: u32;                         // bit 0: the second half is shifted down, bit 1: the first

fn largest_magnitude() -> f32 {
  var maximum = 0.0;
  for (var i = 0u; i < GROUP; i++) { if (abs(values[i]) > maximum) { maximum = abs(values[i]); } }
  return maximum;
}
// A stable insertion sort.
fn sort_values() {
  for (var i = 0u; i < GROUP; i++) {
    let v = values[i];
    var at = i;
    while (at > 0u) {
      if (!(values[order[at - 1u]] > v)) { break; }
      order[at] = order[at - 1u];
      at--;
    }
    order[at] = i;
  }
}
// Sets the codes of a split and returns |scale|. A negative scale inverts codes and shifts.
fn split_codes(first: u32, second: u32, scale: f32) -> f32 {
  for (var j = 0u; j < GROUP; j++) {
    var code = select(select(2u, 1u, j < second), 0u, j < first);
    if (scale < 0.0) { code = 2u - code; }
    codes[order[j]] = code;
  }
  if (scale < 0.0) { shifts ^= 3u; }
  return abs(scale);
}
fn values_of_eight(eight: u32) -> vec3f {
  let down = select((shifts >> 1u) & 1u, shifts & 1u, 8u * eight >= GROUP / 2u);
  return select(UP, DOWN, down == 1u);
}
fn point_code(point: u32, i: u32) -> u32 { return (point >> (2u * i)) & 3u; }
fn four_values(at: u32) -> vec4f { return vec4f(values[at], values[at + 1u], values[at + 2u], values[at + 3u]); }
fn four_weights(at: u32) -> vec4f { return vec4f(weights[at], weights[at + 1u], weights[at + 2u], weights[at + 3u]); }
// Replaces each tuple of eight codes by its nearest codebook point and returns the refitted scale.
fn snap_to_codebook(split_scale: f32) -> f32 {
  var off = false;
  for (var k = 0u; k < EIGHTS; k++) {
    var rank = 0u;
    for (var i = 8u; i > 0u; i--) { rank = 3u * rank + codes[8u * k + i - 1u]; }
    let place = search[rank];
    if ((place & OFF) == 0u) { found[k] = place; }
    else {
      off = true;
      let q = values_of_eight(k);
      let a = costs4(q, split_scale, four_values(8u * k), four_weights(8u * k));
      let b = costs4(q, split_scale, four_values(8u * k + 4u), four_weights(8u * k + 4u));
      found[k] = nearest_of_eights(place & ~OFF, a, b);
    }
  }
  if (!off) { return split_scale; }
  var qx = 0.0;
  var q2 = 0.0;
  for (var i = 0u; i < GROUP; i++) {
    let q = values_of_eight(i / 8u)[point_code(found[i / 8u], i & 7u)];
    let wq = fence(weights[i] * q);
    qx = fence(qx + fence(wq * values[i]));
    q2 = fence(q2 + fence(wq * q));
  }
  if (qx > 0.0 && q2 > 0.0) { return div(qx, q2); }
  return split_scale;
}
fn fit_group(at: u32, group: u32) {
  weigh_group(at, spreads[group / GROUPS_OF_BLOCK]);
  if (largest_magnitude() < TINY) { return; }
  scales[group] = snap_to_codebook(best_split());
  for (var k = 0u; k < EIGHTS; k++) { indices[group * EIGHTS + k] = point_index(found[k]); }
  group_shifts[group] = shifts;
}
// Fits an invocation's group. The arrays of negligible groups stay 0, as they are at the start.
fn fit_groups(at: u32, size: u32, invocation: u32) {
  sum_spreads(at, size / 256u, invocation);
  workgroupBarrier();
  if (invocation < size / GROUP) { fit_group(at + GROUP * invocation, invocation); }
  workgroupBarrier();
}
