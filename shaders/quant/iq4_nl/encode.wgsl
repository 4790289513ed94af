//#import lib/encode/by-invocation
//#import lib/encode/iq4
const ENCODE_GROUP: u32 = 64u;

fn encode_block(at: u32, block: u32) -> u32 {
  if (WEIGHTED) { weigh(at, 32u, sum_of_squares(at, 32u) * 0.0625); }
  let d = search_step_scale(at);
  let inv = inverse(d);
  for (var k = 0u; k < 4u; k++) { w[block * 4u + k] = step_codes(at, k, inv); }
  return f16_bits(d);
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 64u, block);
  if (group * 64u + 32u < params.elements) { scales |= encode_block(group * 64u + 32u, block + 1u) << 16u; }
  w[params.plane1 + block / 2u] = scales;
}
