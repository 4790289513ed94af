//#import lib/float/f16
//#import lib/encode/shared-blocks
//#import lib/encode/neighbours
// Search of the 2- and 3-bit IQ formats (src/quant/search/codebook-search.ts): magnitudes become odd multiples of a
// scale, in tuples of DIMS that are codebook points. Invocations share out the trial scales of all groups, then tuples,
// then words; the best trial of a group is found in order, as the rounding of each comparison depends on the last.
// The format defines ENCODE_GROUP, GROUP, DIMS, LEVELS, REACH, DELTA, TINY, SPREAD, EVEN_SIGNS, REFIT_ALL (all tuples,
// not only those off the codebook), REFIT_ALWAYS, SCALE_UP, weight, start_magnitude, scales_plane and pack_word.
const WORKGROUP: u32 = 256u;
const TUPLES: u32 = GROUP / DIMS;
const TRIALS: u32 = 2u * u32(REACH) + 1u;
const QUADS: u32 = DIMS / 4u;            // quads of a tuple
const TOP: f32 = f32(2u * LEVELS - 1u);

var<workgroup> magnitudes: array<vec4f, ENCODE_GROUP / 4u>;
var<workgroup> counts: array<vec4f, ENCODE_GROUP / 4u>;    // weights of the weights
var<workgroup> roots: array<vec4f, ENCODE_GROUP / 4u>;
var<workgroup> signs: array<u32, ENCODE_GROUP / 8u>;
var<workgroup> starts: array<f32, GROUPS>;                  // magnitude of code TOP at step 0; 0 for negligible groups
var<workgroup> sums: array<vec2f, GROUPS * TRIALS>;
var<workgroup> picks: array<u32, GROUPS>;                   // the best trial, TRIALS if none was taken
var<workgroup> points: array<u32, GROUPS * TUPLES>;
var<workgroup> scale_codes: array<u32, GROUPS>;
var<workgroup> block_scales: array<u32, BLOCKS>;            // float16

// Splits eight weights into magnitudes and signs. With EVEN_SIGNS, odd parity is mended by flipping the cheapest weight.
fn split_eight(at: u32, eight: u32) {
  var v: array<f32, 8>;
  var c: array<f32, 8>;
  var bits = 0u;
  var cheapest = 0u;
  var least = FARTHEST;
  for (var i = 0u; i < 8u; i++) {
    let value = x[at + i];
    c[i] = weight(at + i, value, spreads[eight / 32u]);
    v[i] = value;
    if (!(value >= 0.0)) {
      v[i] = -value;
      bits |= 1u << i;
    }
    let cost = fence(fence(c[i] * value) * value);
    if (cost < least) {
      least = cost;
      cheapest = i;
    }
  }
  if (EVEN_SIGNS) {
    if ((countOneBits(bits) & 1u) == 1u) {
      for (var i = 0u; i < 8u; i++) { v[i] = select(v[i], -v[i], i == cheapest); }
      bits ^= 1u << cheapest;
    }
    bits &= 127u;
  }
  signs[eight] = bits;
  magnitudes[2u * eight] = vec4f(v[0], v[1], v[2], v[3]);
  magnitudes[2u * eight + 1u] = vec4f(v[4], v[5], v[6], v[7]);
  counts[2u * eight] = vec4f(c[0], c[1], c[2], c[3]);
  counts[2u * eight + 1u] = vec4f(c[4], c[5], c[6], c[7]);
}
fn start(group: u32) -> f32 {
  let first = group * GROUP / 4u;
  var maximum = magnitudes[first].x;
  for (var i = first; i < first + GROUP / 4u; i++) {
    for (var k = 0u; k < 4u; k++) { if (magnitudes[i][k] > maximum) { maximum = magnitudes[i][k]; } }
  }
  if (maximum < TINY || maximum == 0.0) { return 0.0; }
  maximum = start_magnitude(group, maximum);
  return select(0.0, maximum, maximum > 0.0);
}
fn trial_inverse(group: u32, trial: u32) -> f32 {
  return div(fence(TOP + fence(f32(i32(trial) - REACH) * DELTA)), starts[group]);
}
// Codebook point of a tuple, `inverse` being 1 / scale.
fn snap(tuple: u32, inverse: f32, scale: f32) -> u32 {
  var rank = 0u;
  for (var i = QUADS; i > 0u; i--) {
    let odd = fence4(fence4(inverse * magnitudes[tuple * QUADS + i - 1u]) - 1.0);
    let code = vec4u(clamp(nearest4(0.5 * odd), vec4i(), vec4i(i32(LEVELS) - 1)));
    rank = (((rank * LEVELS + code.w) * LEVELS + code.z) * LEVELS + code.y) * LEVELS + code.x;
  }
  let place = search[rank];
  if ((place & OFF) == 0u) { return place; }
  let list = place & ~OFF;
  let at = tuple * QUADS;
  if (DIMS == 4u) { return OFF | nearest_of_fours(list, scale, magnitudes[at], roots[at]); }
  let odds = vec3f(1.0, 3.0, 5.0);
  let a = costs4(odds, scale, magnitudes[at], roots[at]);
  let b = costs4(odds, scale, magnitudes[at + 1u], roots[at + 1u]);
  return OFF | nearest_of_eights(list, a, b);
}
// Adds sum(w v q) and sum(w q^2) of a tuple at odd multiples q.
fn add_tuple(before: vec2f, tuple: u32, point: u32) -> vec2f {
  var sum = before;
  for (var i = 0u; i < QUADS; i++) {
    let count = counts[tuple * QUADS + i];
    var q: vec4f;
    if (DIMS == 4u) { q = vec4f((vec4u(point) >> vec4u(0u, 3u, 6u, 9u)) & vec4u(7u)); }
    else { q = vec4f((vec4u(point >> (8u * i)) >> vec4u(0u, 2u, 4u, 6u)) & vec4u(3u)); }
    q = 2.0 * q + 1.0;
    sum.x = add4(sum.x, fence4(fence4(count * magnitudes[tuple * QUADS + i]) * q));
    sum.y = add4(sum.y, fence4(fence4(count * q) * q));
  }
  return sum;
}
fn try_scale(group: u32, trial: u32) -> vec2f {
  var sum = vec2f();
  if (starts[group] == 0.0) { return sum; }
  let inverse = trial_inverse(group, trial);
  let scale = div(1.0, inverse);
  for (var t = group * TUPLES; t < (group + 1u) * TUPLES; t++) { sum = add_tuple(sum, t, snap(t, inverse, scale)); }
  return sum;
}
fn choose(group: u32) {
  picks[group] = TRIALS;
  scales[group] = 0.0;
  if (starts[group] == 0.0) { return; }
  var scale = div(starts[group], TOP);
  var best = 0.0;
  for (var trial = 0u; trial < TRIALS; trial++) {
    let sum = sums[group * TRIALS + trial];
    if (sum.y > 0.0 && fence(sum.x * sum.x) > fence(best * sum.y)) {
      scale = div(sum.x, sum.y);
      best = fence(scale * sum.x);
      picks[group] = trial;
    }
  }
  scales[group] = scale;
}
fn trial_point(tuple: u32) -> u32 {
  let group = tuple / TUPLES;
  if (picks[group] == TRIALS) { return 0u; }
  if (REFIT_ALWAYS && REFIT_ALL && scales[group] > 0.0) { return OFF; }   // is replaced
  let inverse = trial_inverse(group, picks[group]);
  return snap(tuple, inverse, div(1.0, inverse));
}
fn is_refitted(group: u32) -> bool {
  var off = 0u;
  for (var t = group * TUPLES; t < (group + 1u) * TUPLES; t++) { off |= points[t]; }
  return scales[group] > 0.0 && (REFIT_ALWAYS || (off & OFF) != 0u);
}
fn refitted_point(tuple: u32) -> u32 {
  let scale = scales[tuple / TUPLES];
  if (!is_refitted(tuple / TUPLES) || !(REFIT_ALL || (points[tuple] & OFF) != 0u)) { return points[tuple]; }
  return snap(tuple, div(1.0, scale), scale) | (points[tuple] & OFF);
}
// The scale of the refitted points; a negative one is turned, with the signs.
fn finish(group: u32) {
  var scale = scales[group];
  if (is_refitted(group)) {
    var sum = vec2f();
    for (var t = group * TUPLES; t < (group + 1u) * TUPLES; t++) { sum = add_tuple(sum, t, points[t]); }
    if (sum.y > 0.0) { scale = div(sum.x, sum.y); }
  }
  for (var i = group * GROUP / 8u; i < (group + 1u) * GROUP / 8u; i++) {
    if (starts[group] == 0.0) { signs[i] = 0u; }
    if (scale < 0.0) { signs[i] = ~signs[i] & select(255u, 127u, EVEN_SIGNS); }
  }
  scales[group] = select(scale, -scale, scale < 0.0);
}
fn code_scale(group: u32) {
  let block = group / GROUPS_OF_BLOCK;
  let top = largest_scale(block);
  scale_codes[group] = 0u;
  if (top == 0.0) { return; }
  let part = div(top, 31.0);
  scale_codes[group] = odd_scale(div(1.0, part), scales[group], 15);
  if (group % GROUPS_OF_BLOCK == 0u) { block_scales[block] = f16_bits(fence(part * SCALE_UP)); }
}
fn encode_workgroup(workgroup: u32, invocation: u32) {
  let at = workgroup * ENCODE_GROUP;
  let size = weights_from(at);
  let groups = size / GROUP;
  let tuples = size / DIMS;
  sum_spreads(at, size / 256u, invocation);
  workgroupBarrier();
  if (invocation < size / 8u) { split_eight(at + 8u * invocation, invocation); }
  workgroupBarrier();
  if (invocation < size / 4u) {
    let c = counts[invocation];
    roots[invocation] = vec4f(square_root(c.x), square_root(c.y), square_root(c.z), square_root(c.w));
  }
  if (invocation < groups) { starts[invocation] = start(invocation); }
  workgroupBarrier();
  for (var i = invocation; i < groups * TRIALS; i += WORKGROUP) { sums[i] = try_scale(i / TRIALS, i % TRIALS); }
  workgroupBarrier();
  if (invocation < groups) { choose(invocation); }
  workgroupBarrier();
  if (invocation < tuples) { points[invocation] = trial_point(invocation); }
  workgroupBarrier();
  var point = 0u;
  if (invocation < tuples) { point = refitted_point(invocation); }
  workgroupBarrier();
  if (invocation < tuples) { points[invocation] = point; }
  workgroupBarrier();
  if (invocation < groups) { finish(invocation); }
  workgroupBarrier();
  if (invocation < groups) { code_scale(invocation); }
  workgroupBarrier();
  let first = params.first_block + workgroup * BLOCKS;
  let block = invocation / (WORKGROUP / BLOCKS);
  if (block * 256u < size) { pack_word(first + block, block, invocation % (WORKGROUP / BLOCKS)); }
  // The scale of a block that is not there is 0.
  if (invocation == 0u && size > 0u) { w[scales_plane() + first / 2u] = block_scales[0] | (block_scales[1] << 16u); }
}
// For pack_word: low bytes of the indices of four tuples.
fn index_bytes(tuple: u32) -> u32 {
  var word = 0u;
  for (var i = 0u; i < 4u; i++) { word |= (point_index(points[tuple + i]) & 255u) << (8u * i); }
  return word;
}
// Signs of four eights, `bits` each.
fn packed_signs(eight: u32, bits: u32) -> u32 {
  return signs[eight] | (signs[eight + 1u] << bits) | (signs[eight + 2u] << (2u * bits)) | (signs[eight + 3u] << (3u * bits));
}
// Scale codes of eight groups.
fn scale_nibbles(group: u32) -> u32 {
  var word = 0u;
  for (var i = 0u; i < 8u; i++) { word |= scale_codes[group + i] << (4u * i); }
  return word;
}
