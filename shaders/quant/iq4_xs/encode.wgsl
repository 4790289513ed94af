//#import lib/encode/by-invocation
//#import lib/encode/iq4
const ENCODE_GROUP: u32 = 256u;

fn encode_group(group: u32) {
  let at = group * 256u;
  let block = params.first_block + group;
  var scales: array<f32, 8>;
  var top = 0.0;
  var block_spread = 0.0;
  if (WEIGHTED) { block_spread = sum_of_squares(at, 256u) * 0.0078125; }
  for (var j = 0u; j < 8u; j++) {
    if (WEIGHTED) { weigh(at + 32u * j, 32u, block_spread); }
    scales[j] = search_step_scale(at + 32u * j);
    if (abs(scales[j]) > abs(top)) { top = scales[j]; }
  }
  let d = top * -0.03125;
  let inv = inverse(d);
  var high = 0u;
  var low = 0u;
  for (var j = 0u; j < 8u; j++) {
    let l = clamp(nearest(fence(inv * scales[j])), -32, 31);
    let step = inverse(fence(d * f32(l)));
    low |= (u32(l + 32) & 15u) << (4u * j);
    high |= (u32(l + 32) >> 4u) << (2u * j);
    for (var k = 0u; k < 4u; k++) { w[block * 32u + j * 4u + k] = step_codes(at + 32u * j, k, step); }
  }
  w[params.plane1 + block * 2u] = f16_bits(d) | (high << 16u);
  w[params.plane1 + block * 2u + 1u] = low;
}
