//#import lib/encode/by-invocation
//#import lib/float/f16
//#import lib/float/exact
//#import lib/encode/qx-search
// Two blocks per invocation: their d share a word. Source: quantize_row_q3_K_ref.
const ENCODE_GROUP: u32 = 512u;
const TINY: f32 = 1e-15;

var<private> trial: array<f32, 16>;

// Rounds, then changes one code at a time while the fit weighted by x^2 improves. Leaves -4..3 in `trial`.
// Source: make_q3_quants.
fn search_scale(at: u32) -> f32 {
  var extreme = 0.0;
  for (var i = 0u; i < 16u; i++) {
    let v = x[at + i];
    if (abs(v) > abs(extreme)) { extreme = v; }
    trial[i] = -4.0;
  }
  if (abs(extreme) < TINY) { return 0.0; }
  let inverse = div(-4.0, extreme);
  var lx = 0.0;
  var l2 = 0.0;
  for (var i = 0u; i < 16u; i++) {
    let v = x[at + i];
    let l = clamp(f32(nearest(fence(inverse * v))), -4.0, 3.0);
    let weight = fence(v * v);
    trial[i] = l;
    lx = fence(lx + fence(fence(weight * v) * l));
    l2 = fence(l2 + fence(fence(weight * l) * l));
  }
  for (var round = 0u; round < 5u; round++) {
    var changed = false;
    for (var i = 0u; i < 16u; i++) {
      let v = x[at + i];
      let weight = fence(v * v);
      let old = trial[i];
      var new_lx = fence(lx - fence(fence(weight * v) * old));
      if (!(new_lx > 0.0)) { continue; }
      var new_l2 = fence(l2 - fence(fence(weight * old) * old));
      let l = clamp(f32(nearest(div(fence(v * new_l2), new_lx))), -4.0, 3.0);
      if (l == old) { continue; }
      new_lx = fence(new_lx + fence(fence(weight * v) * l));
      new_l2 = fence(new_l2 + fence(fence(weight * l) * l));
      if (new_l2 > 0.0 && fence(fence(new_lx * new_lx) * l2) > fence(fence(lx * lx) * new_l2)) {
        trial[i] = l;
        lx = new_lx;
        l2 = new_l2;
        changed = true;
      }
    }
    if (!changed) { break; }
  }
  if (l2 > 0.0) { return div(lx, l2); }
  return 0.0;
}
// The same with an importance matrix. Source: make_qx_quants.
fn search_weighted(at: u32, block_spread: f32) -> f32 {
  weigh(at, 16u, block_spread);
  let fit = search_signed(16u, 4.0);
  for (var i = 0u; i < 16u; i++) { trial[i] = f32(stored_code(i, fit.inverse, 4.0)) - 4.0; }
  return fit.scale;
}
fn encode_block(at: u32, block: u32) -> u32 {
  var scales: array<f32, 16>;
  var totals: array<f32, 16>;
  var top = 0.0;
  var block_spread = 0.0;
  if (WEIGHTED) { block_spread = sum_of_squares(at, 256u) * 0.0078125; }
  for (var j = 0u; j < 16u; j++) {
    if (WEIGHTED) {
      scales[j] = search_weighted(at + 16u * j, block_spread);
      totals[j] = total_weight(16u);
    } else { scales[j] = search_scale(at + 16u * j); }
    if (abs(scales[j]) > abs(top)) { top = scales[j]; }
  }
  for (var k = 0u; k < 16u; k++) { w[block * 16u + k] = 0u; }
  for (var k = 0u; k < 8u; k++) { w[params.plane1 + block * 8u + k] = 0u; }
  var packed = vec3u();
  var d16 = 0u;
  var inverse = 0.0;
  var codes: array<u32, 16>;
  if (WEIGHTED) {
    for (var j = 0u; j < 16u; j++) {
      values[j] = scales[j];
      weights[j] = totals[j];
    }
    let fit = search_signed(16u, 32.0);
    d16 = f16_bits(fit.scale);
    for (var j = 0u; j < 16u; j++) { codes[j] = stored_code(j, fit.inverse, 32.0); }
  } else if (top != 0.0) {
    inverse = div(-32.0, top);
    d16 = f16_bits(div(1.0, inverse));
    for (var j = 0u; j < 16u; j++) { codes[j] = u32(clamp(nearest(fence(inverse * scales[j])), -32, 31) + 32); }
  }
  for (var j = 0u; j < 16u; j++) {
    let six = codes[j];
    packed[(j & 7u) / 4u] |= (six & 15u) << (8u * (j & 3u) + 4u * (j >> 3u));
    packed[2] |= (six >> 4u) << (8u * (j & 3u) + 2u * (j >> 2u));
    let step = fence(f16_value(d16) * (f32(six) - 32.0));
    if (step == 0.0) {                                                   // keeps the codes of the search
      if (WEIGHTED) { scales[j] = search_weighted(at + 16u * j, block_spread); }
      else { scales[j] = search_scale(at + 16u * j); }
    }
    let g = j >> 1u;
    for (var k = 0u; k < 4u; k++) {
      var low = 0u;
      var high = 0u;
      for (var b = 0u; b < 4u; b++) {
        var code = u32(trial[4u * k + b] + 4.0);
        if (step != 0.0) { code = u32(clamp(nearest(div(x[at + 16u * j + 4u * k + b], step)), -4, 3) + 4); }
        low |= (code & 3u) << (8u * b);
        high |= (code >> 2u) << (8u * b);
      }
      let word = (j & 1u) * 4u + k;
      w[block * 16u + (g >> 2u) * 8u + word] |= low << (2u * (g & 3u));
      w[params.plane1 + block * 8u + word] |= high << g;
    }
  }
  for (var k = 0u; k < 3u; k++) { w[params.plane2 + block * 3u + k] = packed[k]; }
  return d16;
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 512u, block);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(group * 512u + 256u, block + 1u) << 16u; }
  w[params.plane3 + block / 2u] = scales;
}
