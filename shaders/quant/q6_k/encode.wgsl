//#import lib/encode/by-invocation
//#import lib/float/f16
//#import lib/encode/qx-search
// The best of 19 scales for each 16 weights, then 8-bit scales under one f16 d. Candidates and sums run in order: the
// bytes depend on both. Two blocks per invocation: their d share a word. Source: quantize_row_q6_K_ref.
const ENCODE_GROUP: u32 = 512u;

var<private> search_inverse: array<f32, 16>;

fn code6(v: f32) -> u32 { return u32(clamp(nearest(v), -32, 31) + 32); }

// Keeps the inverse scale of the search for the codes. With an importance matrix the weights are the importance itself.
fn search_scale(at: u32, sub: u32) -> f32 {
  weigh_by_squares(at, 16u);
  if (WEIGHTED) { for (var i = 0u; i < 16u; i++) { weights[i] = importance_at(at + i); } }
  let fit = search_signed(16u, 32.0);
  search_inverse[sub] = fit.inverse;
  return fit.scale;
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
  if (abs(top) < NEGLIGIBLE) { return 0u; }
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
        var code = 0u;
        if (d != 0.0) { code = code6(div(v, d)); }
        else if (search_inverse[s] != 0.0) { code = code6(fence(search_inverse[s] * v)); }   // the code of the search
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
