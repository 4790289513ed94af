//#import lib/encode/iq1-search
const ENCODE_GROUP: u32 = 1024u;
const GROUP: u32 = 16u;
const TINY: f32 = 1e-7;
const SPREAD: f32 = 0.0078125;

var<workgroup> scale_codes: array<u32, GROUPS>;
// (w q v, w q^2) of weight i of group g at i * GROUPS + g.
var<workgroup> products: array<vec2f, ENCODE_GROUP>;
var<workgroup> block_scales: array<u32, BLOCKS>;  // float16

var<private> sorted_values: array<f32, 16>;
var<private> sorted_weights: array<f32, 16>;
var<private> second_half: u32;                    // bit j: the weight at place j of the order is of the second eight

fn weigh_group(at: u32, spread: f32) {
  if (WEIGHTED) { weigh(at, 16u, spread); } else { weigh_by_squares(at, 16u); }
}
// Sums of w q v and w q^2. Component s is for shifts = s.
struct Split { qx: vec4f, q2: vec4f, }

fn add_sorted(before: Split, j: u32, up: f32, down: f32) -> Split {
  let v = sorted_values[j];
  let weight = sorted_weights[j];
  let up_w = fence(weight * up);
  let down_w = fence(weight * down);
  let is_second = ((second_half >> j) & 1u) == 1u;
  let q = select(vec4f(up, up, down, down), vec4f(up, down, up, down), is_second);
  let wq = select(vec4f(up_w, up_w, down_w, down_w), vec4f(up_w, down_w, up_w, down_w), is_second);
  return Split(fence4(before.qx + fence4(wq * v)), fence4(before.q2 + fence4(wq * q)));
}
// Best split of the sorted weights and best shifts of the two eights. Returns the scale. The sums of a split begin like
// those of the split before, so only its third part is added anew.
fn best_split() -> f32 {
  sort_values();
  second_half = 0u;
  for (var j = 0u; j < 16u; j++) {
    let i = order[j];
    sorted_values[j] = values[i];
    sorted_weights[j] = weights[i];
    second_half |= (i >> 3u) << j;
  }
  var best = LOWEST;
  var scale = 0.0;
  var split = vec2u();
  shifts = 0u;
  var one = Split();                              // the first part
  for (var first = 0u; first <= 16u; first++) {
    var two = one;                                // the first and the second
    for (var second = first; second <= 16u; second++) {
      var sum = two;
      for (var j = second; j < 16u; j++) { sum = add_sorted(sum, j, UP.z, DOWN.z); }
      for (var s = 0u; s < 4u; s++) {
        let qx = sum.qx[s];
        let q2 = sum.q2[s];
        if (q2 > 0.0 && fence(qx * qx) > fence(best * q2)) {
          scale = div(qx, q2);
          best = fence(scale * qx);
          split = vec2u(first, second);
          shifts = s;
        }
      }
      if (second < 16u) { two = add_sorted(two, second, UP.y, DOWN.y); }
    }
    if (first < 16u) { one = add_sorted(one, first, UP.x, DOWN.x); }
  }
  return split_codes(split.x, split.y, scale);
}
// Chooses the code of a group's scale, and multiplies for the block's. Values, weights and points are still the group's.
fn code_group(group: u32) {
  let top = largest_scale(group / 16u);
  if (top == 0.0) {
    group_shifts[group] = 0u;
    return;
  }
  let l = odd_scale(div(1.0, div(top, 15.0)), scales[group], 7);
  scale_codes[group] = l;
  for (var i = 0u; i < 16u; i++) {
    let q = fence(values_of_eight(i / 8u)[point_code(found[i / 8u], i & 7u)] * f32(2u * l + 1u));
    let wq = fence(weights[i] * q);
    products[i * GROUPS + group] = vec2f(fence(wq * values[i]), fence(wq * q));
  }
}
fn block_scale(block: u32) -> u32 {
  let top = largest_scale(block);
  if (top == 0.0) { return 0u; }
  var sum = vec2f();
  for (var g = 16u * block; g < 16u * block + 16u; g++) {
    for (var i = 0u; i < 16u; i++) { sum = fence2(sum + products[i * GROUPS + g]); }
  }
  if (sum.y > 0.0) { return f16_bits(fence(div(sum.x, sum.y) * 1.1125)); }
  return f16_bits(fence(div(top, 15.0) * 1.1125));
}
fn pack_word(to: u32, block: u32, k: u32) {
  let eight = 32u * block;
  if (k < 8u) {
    var low = 0u;
    for (var i = 0u; i < 4u; i++) { low |= (indices[eight + 4u * k + i] & 255u) << (8u * i); }
    w[to * 8u + k] = low;
  } else if (k < 12u) {
    var high = 0u;
    for (var i = 0u; i < 8u; i++) {
      let at = 8u * (k - 8u) + i;
      let is_shifted = (group_shifts[16u * block + at / 2u] >> (1u - (i & 1u))) & 1u;
      high |= ((indices[eight + at] >> 8u) | (is_shifted << 3u)) << (4u * i);
    }
    w[params.plane1 + to * 4u + k - 8u] = high;
  } else if (k < 14u) {
    var word = 0u;
    for (var i = 0u; i < 8u; i++) {
      word |= scale_codes[16u * block + 8u * (k - 12u) + i] << (3u * (i & 3u) + 16u * (i / 4u));
    }
    // Four bits of the block's scale in each half word.
    let nibbles = block_scales[block] >> (8u * (k - 12u));
    w[params.plane2 + to * 2u + k - 12u] = word | ((nibbles & 15u) << 12u) | ((nibbles & 240u) << 24u);
  }
}
fn encode_workgroup(workgroup: u32, invocation: u32) {
  let at = workgroup * ENCODE_GROUP;
  let size = weights_from(at);
  let blocks = size / 256u;
  fit_groups(at, size, invocation);
  if (invocation < size / 16u) { code_group(invocation); }
  workgroupBarrier();
  if (invocation < blocks) { block_scales[invocation] = block_scale(invocation); }
  workgroupBarrier();
  let block = invocation / 16u;
  if (block < blocks) { pack_word(params.first_block + workgroup * BLOCKS + block, block, invocation & 15u); }
}
