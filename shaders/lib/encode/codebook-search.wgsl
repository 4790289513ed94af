//#import lib/float/f16
//#import lib/encode/weights
//#import lib/encode/three-costs
// Search of the 2- and 3-bit IQ formats (src/quant/search/codebook-search.ts): magnitudes become odd multiples of a
// scale, in tuples of DIMS that are codebook points. The format defines GROUP, DIMS, LEVELS, POINTS, REACH, DELTA,
// TINY, EVEN_SIGNS, start_magnitude, REFIT_ALL (all tuples, not only those off the codebook) and REFIT_ALWAYS.
const TUPLES: u32 = GROUP / DIMS;
const POINT_WORDS: u32 = DIMS / 4u;
const MAP_AT: u32 = POINTS * POINT_WORDS;
const LISTS_AT: u32 = MAP_AT + select(4096u, 6561u, LEVELS == 3u);
const TOP: f32 = f32(2u * LEVELS - 1u);
const OFF: u32 = 0x80000000u;

var<private> roots: array<f32, 32>;
var<private> found: array<u32, 8>;       // codebook points
var<private> trial: array<u32, 8>;       // OFF is set if the rounded tuple was not a codebook point
var<private> sign_bits: u32;             // a byte for each 8 weights

fn list_entry(i: u32) -> u32 { return (search[LISTS_AT + i / 2u] >> (16u * (i & 1u))) & 0xffffu; }
// Coordinates 4 part..4 part + 3 of a point as odd multiples of the scale.
fn odds4(point: u32, part: u32) -> vec4f {
  return 2.0 * vec4f(unpack4xU8(search[point * POINT_WORDS + part])) + 1.0;
}
// Nearest point to values[at..] / scale among the neighbours listed at `list`. The terms of the distance are not
// negative, so a candidate is dropped as soon as its sum reaches the minimum.
fn nearest_neighbour(list: u32, at: u32, scale: f32) -> u32 {
  let count = list_entry(list);
  var least = 3.4028234e38;
  var point = 0u;
  var costs: array<vec3f, 8>;
  if (LEVELS == 3u) {
    for (var i = 0u; i < 8u; i++) { costs[i] = costs_of(vec3f(1.0, 3.0, 5.0), scale, values[at + i], roots[at + i]); }
  }
  for (var j = 1u; j <= count; j++) {
    let candidate = list_entry(list + j);
    var distance = 0.0;
    for (var part = 0u; part < POINT_WORDS; part++) {
      if (LEVELS == 3u) {
        let codes = unpack4xU8(search[candidate * POINT_WORDS + part]);
        for (var i = 0u; i < 4u; i++) { distance = fence(distance + pick(costs[4u * part + i], codes[i])); }
      } else {
        let q = odds4(candidate, part);
        for (var i = 0u; i < 4u; i++) {
          let off = fence(fence(scale * q[i]) - values[at + 4u * part + i]);
          distance = fence(distance + fence(fence(roots[at + 4u * part + i] * off) * off));
        }
      }
      if (!(distance < least)) { break; }
    }
    if (distance < least) {
      least = distance;
      point = candidate;
    }
  }
  return point;
}
fn snap(tuple: u32, inverse: f32, scale: f32) -> u32 {
  var rank = 0u;
  for (var i = DIMS; i > 0u; i--) {
    let odd = fence(fence(inverse * values[tuple * DIMS + i - 1u]) - 1.0);
    rank = rank * LEVELS + u32(clamp(nearest(0.5 * odd), 0, i32(LEVELS) - 1));
  }
  let place = i32(search[MAP_AT + rank]);
  if (place >= 0) { return u32(place); }
  return OFF | nearest_neighbour(u32(-1 - place), tuple * DIMS, scale);
}
fn codebook_sums() -> vec2f {
  var sums = vec2f();
  for (var t = 0u; t < TUPLES; t++) {
    for (var part = 0u; part < POINT_WORDS; part++) {
      let q = odds4(trial[t] & ~OFF, part);
      for (var b = 0u; b < 4u; b++) {
        let i = t * DIMS + 4u * part + b;
        sums.x = fence(sums.x + fence(fence(weights[i] * values[i]) * q[b]));
        sums.y = fence(sums.y + fence(fence(weights[i] * q[b]) * q[b]));
      }
    }
  }
  return sums;
}
// Splits values into magnitudes and sign_bits. With EVEN_SIGNS, odd parity is mended by flipping the cheapest weight.
fn split_signs() {
  sign_bits = 0u;
  for (var k = 0u; k < GROUP / 8u; k++) {
    var signs = 0u;
    var cheapest = 8u * k;
    var least = 3.4028234e38;
    for (var i = 8u * k; i < 8u * k + 8u; i++) {
      let v = values[i];
      if (!(v >= 0.0)) {
        values[i] = -v;
        signs |= 1u << (i & 7u);
      }
      let cost = fence(fence(weights[i] * v) * v);
      if (cost < least) {
        least = cost;
        cheapest = i;
      }
    }
    if (EVEN_SIGNS) {
      if ((countOneBits(signs) & 1u) == 1u) {
        values[cheapest] = -values[cheapest];
        signs ^= 1u << (cheapest & 7u);
      }
      signs &= 127u;
    }
    sign_bits |= signs << (8u * k);
  }
}
// Fits the group in `values` and `weights` and sets `found` and `sign_bits`. Returns the scale, 0 for a negligible
// group.
fn fit_codebook() -> f32 {
  split_signs();
  var maximum = values[0];
  for (var i = 0u; i < GROUP; i++) {
    if (values[i] > maximum) { maximum = values[i]; }
    roots[i] = square_root(weights[i]);
  }
  for (var t = 0u; t < TUPLES; t++) { found[t] = 0u; }
  if (maximum < TINY || maximum == 0.0) {
    sign_bits = 0u;
    return 0.0;
  }
  maximum = start_magnitude(maximum);
  if (!(maximum > 0.0)) {
    sign_bits = 0u;
    return 0.0;
  }
  var scale = div(maximum, TOP);
  var best = 0.0;
  for (var step = -REACH; step <= REACH; step++) {
    let inverse = div(fence(TOP + fence(f32(step) * DELTA)), maximum);
    let trial_scale = div(1.0, inverse);
    for (var t = 0u; t < TUPLES; t++) { trial[t] = snap(t, inverse, trial_scale); }
    let sums = codebook_sums();
    if (sums.y > 0.0 && fence(sums.x * sums.x) > fence(best * sums.y)) {
      scale = div(sums.x, sums.y);
      best = fence(scale * sums.x);
      found = trial;
    }
  }
  var off = 0u;
  for (var t = 0u; t < TUPLES; t++) { off |= found[t] & OFF; }
  if (scale > 0.0 && (REFIT_ALWAYS || off != 0u)) {
    let inverse = div(1.0, scale);
    for (var t = 0u; t < TUPLES; t++) {
      if (REFIT_ALL || (found[t] & OFF) != 0u) { found[t] = snap(t, inverse, scale); }
    }
    trial = found;
    let sums = codebook_sums();
    if (sums.y > 0.0) { scale = div(sums.x, sums.y); }
  }
  for (var t = 0u; t < TUPLES; t++) { found[t] &= ~OFF; }
  if (scale < 0.0) {
    scale = -scale;
    sign_bits = ~sign_bits & select(0xffffffffu, 0x7f7f7f7fu, EVEN_SIGNS);
  }
  return scale;
}
// Code l of a group's scale, (2 l + 1) / inverse.
fn odd_scale(inverse: f32, scale: f32, top: i32) -> u32 {
  return u32(clamp(nearest(0.5 * fence(fence(inverse * scale) - 1.0)), 0, top));
}
fn seven_signs() -> u32 {
  let s = sign_bits;
  return (s & 127u) | ((s & 0x7f00u) >> 1u) | ((s & 0x7f0000u) >> 2u) | ((s & 0x7f000000u) >> 3u);
}
