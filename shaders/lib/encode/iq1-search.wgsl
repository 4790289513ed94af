//#import lib/float/f16
//#import lib/encode/weights
//#import lib/encode/three-costs
// Search of the 1-bit IQ formats (src/quant/search/iq1-search.ts): codes 0, 1, 2 stand for -1, 0, 1 shifted by 1/8 or
// -1/8, in tuples of eight that are codebook points. The format defines SIZE, the weights per group.
const UP = vec3f(-0.875, 0.125, 1.125);
const DOWN = vec3f(-1.125, -0.125, 0.875);
const MAP_AT: u32 = 4096u;
const LISTS_AT: u32 = 4096u + 6561u;

var<private> order: array<u32, SIZE>;    // indices by ascending value
var<private> codes: array<u32, SIZE>;
var<private> found: array<u32, 4>;       // codebook point of each eight
var<private> shifts: u32;                // bit 0: the second half is shifted down, bit 1: the first

fn list_entry(i: u32) -> u32 { return (search[LISTS_AT + i / 2u] >> (16u * (i & 1u))) & 0xffffu; }
fn point_code(point: u32, i: u32) -> u32 { return (search[2u * point + i / 4u] >> (8u * (i & 3u))) & 255u; }
fn largest_magnitude() -> f32 {
  var maximum = 0.0;
  for (var i = 0u; i < SIZE; i++) { if (abs(values[i]) > maximum) { maximum = abs(values[i]); } }
  return maximum;
}
// A stable insertion sort.
fn sort_values() {
  for (var i = 0u; i < SIZE; i++) {
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
  for (var j = 0u; j < SIZE; j++) {
    var code = select(select(2u, 1u, j < second), 0u, j < first);
    if (scale < 0.0) { code = 2u - code; }
    codes[order[j]] = code;
  }
  if (scale < 0.0) { shifts ^= 3u; }
  return abs(scale);
}
fn values_of_eight(eight: u32) -> vec3f {
  let down = select((shifts >> 1u) & 1u, shifts & 1u, 8u * eight >= SIZE / 2u);
  return select(UP, DOWN, down == 1u);
}
fn nearest_neighbour(list: u32, at: u32, scale: f32, q: vec3f) -> u32 {
  let count = list_entry(list);
  var least = 3.4028234e38;
  var point = 0u;
  var costs: array<vec3f, 8>;
  for (var i = 0u; i < 8u; i++) { costs[i] = costs_of(q, scale, values[at + i], weights[at + i]); }
  for (var j = 1u; j <= count; j++) {
    let candidate = list_entry(list + j);
    var distance = 0.0;
    for (var part = 0u; part < 2u; part++) {
      let codes = unpack4xU8(search[2u * candidate + part]);
      for (var i = 0u; i < 4u; i++) { distance = fence(distance + pick(costs[4u * part + i], codes[i])); }
      if (!(distance < least)) { break; }     // terms are not negative
    }
    if (distance < least) {
      least = distance;
      point = candidate;
    }
  }
  return point;
}
// Replaces each tuple of eight codes by its nearest codebook point and returns the refitted scale.
fn snap_to_codebook(split_scale: f32) -> f32 {
  var off = false;
  for (var k = 0u; k < SIZE / 8u; k++) {
    var rank = 0u;
    for (var i = 8u; i > 0u; i--) { rank = 3u * rank + codes[8u * k + i - 1u]; }
    let place = i32(search[MAP_AT + rank]);
    if (place >= 0) { found[k] = u32(place); }
    else {
      off = true;
      found[k] = nearest_neighbour(u32(-1 - place), 8u * k, split_scale, values_of_eight(k));
    }
  }
  if (!off) { return split_scale; }
  var qx = 0.0;
  var q2 = 0.0;
  for (var i = 0u; i < SIZE; i++) {
    let q = values_of_eight(i / 8u)[point_code(found[i / 8u], i & 7u)];
    let wq = fence(weights[i] * q);
    qx = fence(qx + fence(wq * values[i]));
    q2 = fence(q2 + fence(wq * q));
  }
  if (qx > 0.0 && q2 > 0.0) { return div(qx, q2); }
  return split_scale;
}
// 3-bit code l of a group's scale, (2 l + 1) / inverse.
fn odd_scale(inverse: f32, scale: f32) -> u32 {
  return u32(clamp(nearest(0.5 * fence(fence(inverse * scale) - 1.0)), 0, 7));
}
