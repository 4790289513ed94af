//#import lib/float/f16
//#import lib/encode/k-search
//#import lib/encode/qp-search
// Encoding of Q4_K and Q5_K: eight groups of 32 with 6-bit scales and minimums, scaled by f16 d and dmin.
var<private> fits: array<Fit, 8>;
var<private> steps: array<f32, 8>;
var<private> lows: array<f32, 8>;

fn six_bits(inverse: f32, v: f32) -> u32 { return min(63u, u32(nearest(fence(inverse * v))) & 255u); }

fn weights_from(totals: array<f32, 8>) {
  for (var j = 0u; j < 8u; j++) { weights[j] = totals[j]; }
}
// Searches the groups of a block and stores d, dmin and 12 bytes of scales and minimums (4 words) at `head`.
fn encode_head(at: u32, head: u32, s: Search) {
  var top_scale = 0.0;
  var top_low = 0.0;
  var totals: array<f32, 8>;
  var block_spread = 0.0;
  if (WEIGHTED) { block_spread = sum_of_squares(at, 256u) * 0.0078125; }
  for (var j = 0u; j < 8u; j++) {
    if (WEIGHTED) {
      weigh(at + 32u * j, 32u, block_spread);
      totals[j] = total_weight(32u);
      fits[j] = search_scale_min(at + 32u * j, 0.0, weighted_search(32u, s.top));
      continue;
    }
    var squares = 0.0;
    for (var i = 0u; i < 32u; i++) {
      let v = x[at + 32u * j + i];
      squares = fence(squares + fence(v * v));
    }
    fits[j] = search_scale_min(at + 32u * j, square_root(squares * 0.03125), s);
    // Not max(): for 0 and -0 it may return either, and the sign would reach the file.
    if (fits[j].scale > top_scale) { top_scale = fits[j].scale; }
    if (fits[j].low > top_low) { top_low = fits[j].low; }
  }
  var inverse_scale = 0.0;
  var inverse_low = 0.0;
  if (top_scale > 0.0) { inverse_scale = div(63.0, top_scale); }
  if (top_low > 0.0) { inverse_low = div(63.0, top_low); }
  var d = 0u;
  var dmin = 0u;
  var scale_codes: array<u32, 8>;
  var low_codes: array<u32, 8>;
  if (WEIGHTED) {
    weights_from(totals);
    for (var j = 0u; j < 8u; j++) { values[j] = fits[j].scale; }
    d = f16_bits(search_positive(8u, 63.0));
    for (var j = 0u; j < 8u; j++) {
      scale_codes[j] = u32(parts[j]);
      values[j] = fits[j].low;
    }
    dmin = f16_bits(search_positive(8u, 63.0));
    for (var j = 0u; j < 8u; j++) { low_codes[j] = u32(parts[j]); }
  } else {
    d = f16_bits(div(top_scale, 63.0));
    dmin = f16_bits(div(top_low, 63.0));
    for (var j = 0u; j < 8u; j++) {
      scale_codes[j] = six_bits(inverse_scale, fits[j].scale);
      low_codes[j] = six_bits(inverse_low, fits[j].low);
    }
  }
  var packed = vec3u();
  for (var j = 0u; j < 8u; j++) {
    let scale = scale_codes[j];
    let low = low_codes[j];
    let shift = 8u * (j & 3u);
    if (j < 4u) { packed |= vec3u(scale, low, 0u) << vec3u(shift); }
    else { packed |= vec3u((scale >> 4u) << 6u, (low >> 4u) << 6u, (scale & 15u) | ((low & 15u) << 4u)) << vec3u(shift); }
    steps[j] = fence(f16_value(d) * f32(scale));
    lows[j] = fence(f16_value(dmin) * f32(low));
  }
  w[head] = d | (dmin << 16u);
  w[head + 1u] = packed.x;
  w[head + 2u] = packed.y;
  w[head + 3u] = packed.z;
}
// Code of weight i of group j. Call encode_head first.
fn affine_code(at: u32, j: u32, i: u32, top: f32) -> u32 {
  let v = x[at + 32u * j + i];
  // If the scale rounds to 0, the codes of the search are kept.
  if (steps[j] == 0.0) { return u32(search_code(v, fits[j].inverse, fits[j].base, top)); }
  return u32(clamp(nearest(div(fence(v + lows[j]), steps[j])), 0, i32(top)));
}
