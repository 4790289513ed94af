//#import lib/f16
//#import lib/exact
// quantize_row_q6_K_ref: per 16 weights the best of 19 scales, then 8-bit scales under one f16 scale. Candidates are
// tried in order and sums run in order: the bytes depend on both. Two blocks an invocation: their d share a word.
const ENCODE_GROUP: u32 = 512u;
const TINY: f32 = 1e-15;

var<private> search_inverse: array<f32, 16>;

fn code6(v: f32) -> f32 { return clamp(round(v), -32.0, 31.0); }

// (sum w x l, sum w l l) with w = x^2
fn fit(at: u32, inv: f32) -> vec2f {
  var sums = vec2f();
  for (var i = 0u; i < 16u; i++) {
    let v = x[at + i];
    let l = code6(fence(inv * v));
    let weight = fence(v * v);
    sums.x = fence(sums.x + fence(fence(weight * v) * l));
    sums.y = fence(sums.y + fence(fence(weight * l) * l));
  }
  return sums;
}
fn search_scale(at: u32, sub: u32) -> f32 {
  var extreme = 0.0;
  for (var i = 0u; i < 16u; i++) {
    let v = x[at + i];
    if (abs(v) > abs(extreme)) { extreme = v; }
  }
  search_inverse[sub] = 0.0;
  if (abs(extreme) < TINY) { return 0.0; }
  var best_inverse = div(-32.0, extreme);
  var sums = fit(at, best_inverse);
  var scale = 0.0;
  if (sums.y != 0.0) { scale = div(sums.x, sums.y); }
  var best = fence(scale * sums.x);
  for (var step = -9; step <= 9; step++) {
    if (step == 0) { continue; }
    let inv = div(-fence(32.0 + fence(0.1 * f32(step))), extreme);
    sums = fit(at, inv);
    if (sums.y > 0.0 && fence(sums.x * sums.x) > fence(best * sums.y)) {
      best_inverse = inv;
      scale = div(sums.x, sums.y);
      best = fence(scale * sums.x);
    }
  }
  search_inverse[sub] = best_inverse;
  return scale;
}
fn encode_block(at: u32, block: u32) -> u32 {
  var scales: array<f32, 16>;
  var top = 0.0;
  for (var s = 0u; s < 16u; s++) {
    scales[s] = search_scale(at + 16u * s, s);
    if (abs(scales[s]) > abs(top)) { top = scales[s]; }
  }
  for (var k = 0u; k < 32u; k++) { w[block * 32u + k] = 0u; }
  for (var k = 0u; k < 16u; k++) { w[params.plane1 + block * 16u + k] = 0u; }
  for (var k = 0u; k < 4u; k++) { w[params.plane2 + block * 4u + k] = 0u; }
  if (abs(top) < TINY) { return 0u; }
  let inv = div(-128.0, top);
  let d16 = f16_bits(div(1.0, inv));
  for (var s = 0u; s < 16u; s++) {
    let scale = min(127.0, round(fence(inv * scales[s])));
    w[params.plane2 + block * 4u + s / 4u] |= (u32(i32(scale)) & 255u) << (8u * (s & 3u));
    let d = fence(f16_value(d16) * scale);
    let quarter = (s >> 1u) & 3u;
    for (var k = 0u; k < 4u; k++) {
      var low = 0u;
      var high = 0u;
      for (var i = 0u; i < 4u; i++) {
        let v = x[at + 16u * s + 4u * k + i];
        var l: f32;
        if (d == 0.0) { l = code6(fence(search_inverse[s] * v)); }   // the codes of the search stay
        else { l = code6(div(v, d)); }
        var code = u32(i32(l) + 32);
        if (d == 0.0 && search_inverse[s] == 0.0) { code = 0u; }
        low |= (code & 15u) << (8u * i);
        high |= (code >> 4u) << (8u * i);
      }
      let word = (s & 1u) * 4u + k;
      w[block * 32u + (s >> 3u) * 16u + (quarter & 1u) * 8u + word] |= low << (4u * (quarter >> 1u));
      w[params.plane1 + block * 16u + (s >> 3u) * 8u + word] |= high << (2u * quarter);
    }
  }
  return d16;
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 512u, block);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(group * 512u + 256u, block + 1u) << 16u; }
  w[params.plane3 + block / 2u] = scales;
}
