//#import lib/encode/weights
// A workgroup encodes ENCODE_GROUP weights, blocks of 256 in groups of GROUP. The groups are independent until a block's
// scale is chosen from theirs. The format defines GROUP and SPREAD, the share of a block's sum of squares in `spread`.
const BLOCKS: u32 = ENCODE_GROUP / 256u;
const GROUPS: u32 = ENCODE_GROUP / GROUP;
const GROUPS_OF_BLOCK: u32 = 256u / GROUP;

var<workgroup> spreads: array<f32, BLOCKS>;
var<workgroup> scales: array<f32, GROUPS>;     // 0 for a group of negligible weights

// Weights of a workgroup: fewer than ENCODE_GROUP at the end, and none beyond it.
fn weights_from(at: u32) -> u32 { return min(max(params.elements, at) - at, ENCODE_GROUP); }
fn sum_spreads(at: u32, blocks: u32, invocation: u32) {
  for (var b = invocation; b < blocks; b += WIDTH) { spreads[b] = sum_of_squares(at + 256u * b, 256u) * SPREAD; }
}
fn largest_scale(block: u32) -> f32 {
  var top = 0.0;
  for (var g = 0u; g < GROUPS_OF_BLOCK; g++) {
    let scale = scales[block * GROUPS_OF_BLOCK + g];
    if (scale > top) { top = scale; }
  }
  return top;
}
// Code l of a group's scale, (2 l + 1) / inverse.
fn odd_scale(inverse: f32, scale: f32, top: i32) -> u32 {
  return u32(clamp(nearest(0.5 * fence(fence(inverse * scale) - 1.0)), 0, top));
}
