//#import lib/parts
//#import lib/f16
//#import lib/exact
//#import lib/qx-search
// quantize_row_q3_K_ref. Two blocks a group: their d share a word.
const ENCODE_GROUP: u32 = 512u;
const PARTS: u32 = 32u;
const TINY: f32 = 1e-15;

var<private> trial: array<f32, 16>;

// make_q3_quants: rounds, then moves one code at a time while the fit weighted by x^2 improves. Leaves -4..3 in trial.
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
// The same with an importance matrix: make_qx_quants.
fn search_weighted(at: u32, block_spread: f32) -> f32 {
  weigh(at, 16u, block_spread);
  let fit = search_signed(16u, 4.0);
  for (var i = 0u; i < 16u; i++) { trial[i] = f32(stored_code(i, fit.inverse, 4.0)) - 4.0; }
  return fit.scale;
}
// Keeps the scale, the 16 codes of the search (4 bits each) and the sum of weights.
fn fit_part(group: u32, part: u32) {
  let at = group * ENCODE_GROUP + 16u * part;
  if (at >= params.elements) { return; }
  var scale: f32;
  var words = vec4u();
  if (WEIGHTED) {
    scale = search_weighted(at, sum_of_squares(at & ~255u, 256u) * 0.0078125);
    words.z = bitcast<u32>(total_weight(16u));
  } else { scale = search_scale(at); }
  for (var i = 0u; i < 16u; i++) { words[i / 8u] |= u32(trial[i] + 4.0) << (4u * (i & 7u)); }
  keep_part(part, scale, words);
}
fn encode_block(at: u32, block: u32, first: u32) -> u32 {
  var top = 0.0;
  for (var j = 0u; j < 16u; j++) { if (abs(part_scale(first + j)) > abs(top)) { top = part_scale(first + j); } }
  for (var k = 0u; k < 16u; k++) { w[block * 16u + k] = 0u; }
  for (var k = 0u; k < 8u; k++) { w[params.plane1 + block * 8u + k] = 0u; }
  var packed = vec3u();
  var d16 = 0u;
  var inverse = 0.0;
  var codes: array<u32, 16>;
  if (WEIGHTED) {
    for (var j = 0u; j < 16u; j++) {
      values[j] = part_scale(first + j);
      weights[j] = bitcast<f32>(part_words(first + j).z);
    }
    let fit = search_signed(16u, 32.0);
    d16 = f16_bits(fit.scale);
    for (var j = 0u; j < 16u; j++) { codes[j] = stored_code(j, fit.inverse, 32.0); }
  } else if (top != 0.0) {
    inverse = div(-32.0, top);
    d16 = f16_bits(div(1.0, inverse));
    for (var j = 0u; j < 16u; j++) { codes[j] = u32(clamp(nearest(fence(inverse * part_scale(first + j))), -32, 31) + 32); }
  }
  for (var j = 0u; j < 16u; j++) {
    let six = codes[j];
    packed[(j & 7u) / 4u] |= (six & 15u) << (8u * (j & 3u) + 4u * (j >> 3u));
    packed[2] |= (six >> 4u) << (8u * (j & 3u) + 2u * (j >> 2u));
    let step = fence(f16_value(d16) * (f32(six) - 32.0));
    let searched = part_words(first + j);
    let g = j >> 1u;
    for (var k = 0u; k < 4u; k++) {
      var low = 0u;
      var high = 0u;
      for (var b = 0u; b < 4u; b++) {
        var code = (searched[k / 2u] >> (4u * (4u * (k & 1u) + b))) & 15u;   // stays where the step rounds to 0
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
  var scales = encode_block(group * 512u, block, 0u);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(group * 512u + 256u, block + 1u, 16u) << 16u; }
  w[params.plane3 + block / 2u] = scales;
}
