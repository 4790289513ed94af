//#import lib/parts
//#import lib/iq4-encode
const ENCODE_GROUP: u32 = 256u;
const PARTS: u32 = 8u;

fn fit_part(group: u32, part: u32) {
  let at = group * 256u + 32u * part;
  if (WEIGHTED) { weigh(at, 32u, sum_of_squares(group * 256u, 256u) * 0.0078125); }
  keep_part(part, search_step_scale(at), vec4u());
}
fn encode_group(group: u32) {
  let at = group * 256u;
  let block = params.first_block + group;
  var top = 0.0;
  for (var j = 0u; j < 8u; j++) { if (abs(part_scale(j)) > abs(top)) { top = part_scale(j); } }
  let d = top * -0.03125;
  let inv = inverse(d);
  var high = 0u;
  var low = 0u;
  for (var j = 0u; j < 8u; j++) {
    let l = clamp(nearest(fence(inv * part_scale(j))), -32, 31);
    let step = inverse(fence(d * f32(l)));
    low |= (u32(l + 32) & 15u) << (4u * j);
    high |= (u32(l + 32) >> 4u) << (2u * j);
    for (var k = 0u; k < 4u; k++) { w[block * 32u + j * 4u + k] = step_codes(at + 32u * j, k, step); }
  }
  w[params.plane1 + block * 2u] = f16_bits(d) | (high << 16u);
  w[params.plane1 + block * 2u + 1u] = low;
}
