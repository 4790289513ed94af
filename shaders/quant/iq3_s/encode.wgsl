//#import lib/encode/codebook-search
const ENCODE_GROUP: u32 = 512u;
const GROUP: u32 = 32u;
const DIMS: u32 = 4u;
const LEVELS: u32 = 8u;
const REACH: i32 = 9;
const DELTA: f32 = 0.2;
const TINY: f32 = 0.0;
const SPREAD: f32 = 0.0078125;
const EVEN_SIGNS: bool = false;
const REFIT_ALWAYS: bool = false;
const REFIT_ALL: bool = true;
const SCALE_UP: f32 = 1.033;

fn weight(i: u32, v: f32, spread: f32) -> f32 {
  if (WEIGHTED) { return importance_weight(i, v, spread); }
  return fence(v * v);
}
fn start_magnitude(group: u32, maximum: f32) -> f32 { return maximum; }
fn scales_plane() -> u32 { return params.plane2; }
// The reference does not advance its write position after a group of zeros, so later groups move up. Returns the group
// at a place, GROUPS if there is none.
fn group_at(block: u32, place: u32) -> u32 {
  var left = place;
  for (var group = 8u * block; group < 8u * block + 8u; group++) {
    if (scales[group] == 0.0) { continue; }
    if (left == 0u) { return group; }
    left--;
  }
  return GROUPS;
}
// The ninth bits of the indices of four groups, which do not move.
fn high_bits(group: u32) -> u32 {
  var word = 0u;
  for (var i = 0u; i < 32u; i++) {
    if (scales[group + i / 8u] != 0.0) { word |= (point_index(refitted[8u * group + i]) >> 8u) << i; }
  }
  return word;
}
fn pack_word(to: u32, block: u32, k: u32) {
  let tail = params.plane1 + to * 11u;
  if (k < 16u) {
    let group = group_at(block, k / 2u);
    var word = 0u;
    if (group < GROUPS) { word = index_bytes(8u * group + 4u * (k & 1u)); }
    w[to * 16u + k] = word;
  } else if (k < 18u) { w[tail + k - 16u] = high_bits(8u * block + 4u * (k - 16u)); }
  else if (k < 26u) {
    let group = group_at(block, k - 18u);
    var word = 0u;
    if (group < GROUPS) { word = packed_signs(4u * group, 8u); }
    w[tail + k - 16u] = word;
  } else if (k == 26u) { w[tail + 10u] = scale_nibbles(8u * block); }
}
