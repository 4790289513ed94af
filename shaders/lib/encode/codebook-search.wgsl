//#import lib/float/f16
//#import lib/encode/shared-blocks
//#import lib/encode/neighbours
// Search of the 2- and 3-bit IQ formats (src/quant/search/codebook-search.ts): magnitudes become odd multiples of a
// scale, in tuples of DIMS that are codebook points. Invocations share out the trial scales of all groups, then tuples,
// then words; the best trial of a group is found in order, as the rounding of each comparison depends on the last.
// The format defines ENCODE_GROUP, GROUP, DIMS, LEVELS, REACH, DELTA, TINY, SPREAD, EVEN_SIGNS, REFIT_ALL (all tuples,
// not only those off the codebook), REFIT_ALWAYS, SCALE_UP, weight, start_magnitude, scales_plane and pack_word.
override WIDTH: u32 = 64u;               // a processor does not gain by more
const TUPLES: u32 = GROUP / DIMS;
const TRIALS: u32 = 2u * u32(REACH) + 1u;
const BLOCK_WORDS: u32 = 27u;            // pack_word does the rest of a block's words, if there are fewer
const TOP: f32 = f32(2u * LEVELS - 1u);

var<workgroup> magnitudes: array<vec4f, ENCODE_GROUP / 4u>;
var<workgroup> counts: array<vec4f, ENCODE_GROUP / 4u>;    // weights of the weights
var<workgroup> roots: array<vec4f, ENCODE_GROUP / 4u>;
var<workgroup> signs: array<u32, ENCODE_GROUP / 8u>;
var<workgroup> starts: array<f32, GROUPS>;                  // magnitude of code TOP at step 0; 0 for negligible groups
var<workgroup> sums: array<vec2f, GROUPS * TRIALS>;
var<workgroup> picks: array<u32, GROUPS>;                   // the best trial, TRIALS if none was taken
var<workgroup> points: array<u32, GROUPS * TUPLES>;
var<workgroup> refitted: array<u32, GROUPS * TUPLES>;
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
// Magnitudes of a tuple; those of four have no second quad.
struct Tuple { a: vec4f, b: vec4f, }

fn tuple_at(tuple: u32) -> Tuple {
  if (DIMS == 4u) { return Tuple(magnitudes[tuple], vec4f()); }
  return Tuple(magnitudes[2u * tuple], magnitudes[2u * tuple + 1u]);
}
fn rounded(v: vec4f, inverse: f32) -> vec4u {
  let odd = fence4(fence4(inverse * v) - 1.0);
  return vec4u(clamp(nearest4(0.5 * odd), vec4i(), vec4i(i32(LEVELS) - 1)));
}
fn rank_of(code: vec4u) -> u32 { return ((code.w * LEVELS + code.z) * LEVELS + code.y) * LEVELS + code.x; }
// Codebook point of tuple t, `inverse` being 1 / scale.
fn snap(t: u32, v: Tuple, inverse: f32, scale: f32) -> u32 {
  var rank = rank_of(rounded(v.a, inverse));
  if (DIMS == 8u) { rank += LEVELS * LEVELS * LEVELS * LEVELS * rank_of(rounded(v.b, inverse)); }
  let place = search[rank];
  if ((place & OFF) == 0u) { return place; }
  let list = place & ~OFF;
  if (DIMS == 4u) { return OFF | nearest_of_fours(list, scale, v.a, roots[t]); }
  let odds = vec3f(1.0, 3.0, 5.0);
  let a = costs4(odds, scale, v.a, roots[2u * t]);
  return OFF | nearest_of_eights(list, a, costs4(odds, scale, v.b, roots[2u * t + 1u]));
}
fn add_quad(sum: vec2f, count: vec4f, v: vec4f, code: vec4u) -> vec2f {
  let q = 2.0 * vec4f(code) + 1.0;
  let x = add4(sum.x, fence4(fence4(count * v) * q));
  return vec2f(x, add4(sum.y, fence4(fence4(count * q) * q)));
}
// Adds sum(w v q) and sum(w q^2) of tuple t at odd multiples q.
fn add_tuple(sum: vec2f, t: u32, v: Tuple, point: u32) -> vec2f {
  if (DIMS == 4u) { return add_quad(sum, counts[t], v.a, codes_of_four(point)); }
  let half = add_quad(sum, counts[2u * t], v.a, codes_of_eight(point));
  return add_quad(half, counts[2u * t + 1u], v.b, codes_of_eight(point >> 8u));
}
fn try_scale(group: u32, trial: u32) -> vec2f {
  var sum = vec2f();
  if (starts[group] == 0.0) { return sum; }
  let inverse = trial_inverse(group, trial);
  let scale = div(1.0, inverse);
  for (var t = group * TUPLES; t < (group + 1u) * TUPLES; t++) {
    let v = tuple_at(t);
    sum = add_tuple(sum, t, v, snap(t, v, inverse, scale));
  }
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
  return snap(tuple, tuple_at(tuple), inverse, div(1.0, inverse));
}
fn is_refitted(group: u32) -> bool {
  var off = 0u;
  for (var t = group * TUPLES; t < (group + 1u) * TUPLES; t++) { off |= points[t]; }
  return scales[group] > 0.0 && (REFIT_ALWAYS || (off & OFF) != 0u);
}
fn refitted_point(tuple: u32) -> u32 {
  let scale = scales[tuple / TUPLES];
  if (!is_refitted(tuple / TUPLES) || !(REFIT_ALL || (points[tuple] & OFF) != 0u)) { return points[tuple]; }
  return snap(tuple, tuple_at(tuple), div(1.0, scale), scale);
}
// The scale of the refitted points; a negative one is turned, with the signs.
fn finish(group: u32) {
  var scale = scales[group];
  if (is_refitted(group)) {
    var sum = vec2f();
    for (var t = group * TUPLES; t < (group + 1u) * TUPLES; t++) { sum = add_tuple(sum, t, tuple_at(t), refitted[t]); }
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
// Each step is a loop, of which most invocations make no round: software adapters skip loops, but run the two sides of a
// branch with masks.
fn encode_workgroup(workgroup: u32, invocation: u32) {
  let at = workgroup * ENCODE_GROUP;
  let size = weights_from(at);
  let groups = size / GROUP;
  let tuples = size / DIMS;
  sum_spreads(at, size / 256u, invocation);
  workgroupBarrier();
  for (var i = invocation; i < size / 8u; i += WIDTH) { split_eight(at + 8u * i, i); }
  workgroupBarrier();
  for (var i = invocation; i < size / 4u; i += WIDTH) { roots[i] = square_root4(counts[i]); }
  for (var i = invocation; i < groups; i += WIDTH) { starts[i] = start(i); }
  workgroupBarrier();
  for (var i = invocation; i < groups * TRIALS; i += WIDTH) { sums[i] = try_scale(i / TRIALS, i % TRIALS); }
  workgroupBarrier();
  for (var i = invocation; i < groups; i += WIDTH) { choose(i); }
  workgroupBarrier();
  for (var i = invocation; i < tuples; i += WIDTH) { points[i] = trial_point(i); }
  workgroupBarrier();
  for (var i = invocation; i < tuples; i += WIDTH) { refitted[i] = refitted_point(i); }
  workgroupBarrier();
  for (var i = invocation; i < groups; i += WIDTH) { finish(i); }
  workgroupBarrier();
  for (var i = invocation; i < groups; i += WIDTH) { code_scale(i); }
  workgroupBarrier();
  let first = params.first_block + workgroup * BLOCKS;
  for (var i = invocation; i < size / 256u * BLOCK_WORDS; i += WIDTH) {
    let block = i / BLOCK_WORDS;
    pack_word(first + block, block, i % BLOCK_WORDS);
  }
  // The scale of a block that is not there is 0.
  for (var i = invocation; i < min(size, 1u); i += WIDTH) {
    w[scales_plane() + first / 2u] = block_scales[0] | (block_scales[1] << 16u);
  }
}
// For pack_word: low bytes of the indices of four tuples.
fn index_bytes(tuple: u32) -> u32 {
  var word = 0u;
  for (var i = 0u; i < 4u; i++) { word |= (point_index(refitted[tuple + i]) & 255u) << (8u * i); }
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
