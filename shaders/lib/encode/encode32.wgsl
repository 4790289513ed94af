//#import lib/float/f16
//#import lib/float/exact
//#import lib/encode/qx-search
//#import lib/encode/k-search
// Encoding of Q4_0, Q4_1, Q5_0 and Q5_1. `at` is an index into x.

// The weight of largest magnitude, with its sign. The first wins ties.
fn signed_extreme(at: u32) -> f32 {
  var extreme = 0.0;
  for (var i = 0u; i < 32u; i++) {
    let v = x[at + i];
    if (abs(extreme) < abs(v)) { extreme = v; }
  }
  return extreme;
}
// (minimum, maximum) of 32 weights.
fn extent(at: u32) -> vec2f {
  var lo = x[at];
  var hi = lo;
  for (var i = 1u; i < 32u; i++) {
    let v = x[at + i];
    if (v < lo) { lo = v; }
    if (v > hi) { hi = v; }
  }
  return vec2f(lo, hi);
}
struct Codes { nibbles: vec4u, fifth: u32, scale: f32, low: f32, }

// Codes of 32 weights: word k holds weights 4k.. in the low nibbles and 16 + 4k.. in the high ones.
fn code32(at: u32, offset: f32, inv: f32, bias: f32, top: i32) -> Codes {
  var out: Codes;
  for (var k = 0u; k < 4u; k++) {
    var word = 0u;
    for (var i = 0u; i < 4u; i++) {
      let j = 4u * k + i;
      let lo = truncated_code(fence(fence(x[at + j] - offset) * inv) + bias, top);
      let hi = truncated_code(fence(fence(x[at + 16u + j] - offset) * inv) + bias, top);
      word |= ((lo & 15u) | ((hi & 15u) << 4u)) << (8u * i);
      out.fifth |= (((lo >> 4u) & 1u) << j) | (((hi >> 4u) & 1u) << (j + 16u));
    }
    out.nibbles[k] = word;
  }
  return out;
}
fn store_nibbles(block: u32, nibbles: vec4u) {
  for (var k = 0u; k < 4u; k++) { w[block * 4u + k] = nibbles[k]; }
}

// With an importance matrix the codes are searched. They are packed as in code32; the spread is the row's.
fn weighted_signed(at: u32, top: f32) -> Codes {
  weigh(at, 32u, row_spread(at));
  let fit = search_signed(32u, top);
  var out: Codes;
  out.scale = fit.scale;
  for (var i = 0u; i < 32u; i++) { put_code(&out, i, stored_code(i, fit.inverse, top)); }
  return out;
}
fn weighted_affine(at: u32, top: f32) -> Codes {
  weigh(at, 32u, row_spread(at));
  let fit = search_scale_min(at, 0.0, weighted_search(32u, top));
  var out: Codes;
  out.scale = fit.scale;
  out.low = -fit.low;
  for (var i = 0u; i < 32u; i++) { put_code(&out, i, u32(search_code(x[at + i], fit.inverse, fit.base, top))); }
  return out;
}
fn put_code(out: ptr<function, Codes>, i: u32, code: u32) {
  let j = i & 15u;
  (*out).nibbles[j / 4u] |= (code & 15u) << (8u * (j & 3u) + 4u * (i >> 4u));
  (*out).fifth |= ((code >> 4u) & 1u) << i;
}
