//#import lib/encode/by-invocation
//#import lib/float/f16
//#import lib/encode/k-search
//#import lib/encode/qp-search
const ENCODE_GROUP: u32 = 256u;

fn encode_group(group: u32) {
  let at = group * 256u;
  let block = params.first_block + group;
  var fits: array<Fit, 16>;
  var top_scale = 0.0;
  var top_low = 0.0;
  var totals: array<f32, 16>;
  var block_spread = 0.0;
  if (WEIGHTED) { block_spread = sum_of_squares(at, 256u) * 0.00390625; }
  for (var j = 0u; j < 16u; j++) {
    if (WEIGHTED) {
      weigh(at + 16u * j, 16u, block_spread);
      totals[j] = total_weight(16u);
      fits[j] = search_scale_min(at + 16u * j, 0.0, weighted_search(16u, 3.0));
      continue;
    }
    fits[j] = search_scale_min(at + 16u * j, 0.0, Search(16u, 3.0, -0.5, 0.1, 15, true));
    // Not max(): for 0 and -0 it may return either, and the sign would reach the file.
    if (fits[j].scale > top_scale) { top_scale = fits[j].scale; }
    if (fits[j].low > top_low) { top_low = fits[j].low; }
  }
  var inverse_scale = 0.0;
  var inverse_low = 0.0;
  if (top_scale > 0.0) { inverse_scale = div(15.0, top_scale); }
  if (top_low > 0.0) { inverse_low = div(15.0, top_low); }
  var d = f16_bits(div(top_scale, 15.0));
  var dmin = f16_bits(div(top_low, 15.0));
  var scale_parts: array<u32, 16>;
  var low_parts: array<u32, 16>;
  if (WEIGHTED) {
    for (var j = 0u; j < 16u; j++) {
      weights[j] = totals[j];
      values[j] = fits[j].scale;
    }
    d = f16_bits(search_positive(16u, 15.0));
    for (var j = 0u; j < 16u; j++) {
      scale_parts[j] = u32(parts[j]);
      values[j] = fits[j].low;
    }
    dmin = f16_bits(search_positive(16u, 15.0));
    for (var j = 0u; j < 16u; j++) { low_parts[j] = u32(parts[j]); }
  }
  w[params.plane2 + block] = d | (dmin << 16u);
  for (var k = 0u; k < 4u; k++) { w[params.plane1 + block * 4u + k] = 0u; }
  for (var k = 0u; k < 16u; k++) { w[block * 16u + k] = 0u; }
  for (var j = 0u; j < 16u; j++) {
    let fit = fits[j];
    var scale = 0u;
    var low = 0u;
    if (WEIGHTED) {
      scale = scale_parts[j];
      low = low_parts[j];
    }
    if (!WEIGHTED && top_scale > 0.0) { scale = u32(nearest(fence(inverse_scale * fit.scale))) & 255u; }
    if (!WEIGHTED && top_low > 0.0) { low = u32(nearest(fence(inverse_low * fit.low))) & 15u; }
    w[params.plane1 + block * 4u + j / 4u] |= (scale | (low << 4u)) << (8u * (j & 3u));
    let step = fence(f16_value(d) * f32(scale & 15u));
    let offset = fence(f16_value(dmin) * f32(low));
    let g = j >> 1u;
    for (var k = 0u; k < 4u; k++) {
      var word = 0u;
      for (var b = 0u; b < 4u; b++) {
        let v = x[at + 16u * j + 4u * k + b];
        var code: u32;
        if (step == 0.0) { code = u32(search_code(v, fit.inverse, fit.base, 3.0)); }   // keeps the codes of the search
        else { code = u32(clamp(nearest(div(fence(v + offset), step)), 0, 3)); }
        word |= code << (8u * b);
      }
      w[block * 16u + (g >> 2u) * 8u + (j & 1u) * 4u + k] |= word << (2u * (g & 3u));
    }
  }
}
