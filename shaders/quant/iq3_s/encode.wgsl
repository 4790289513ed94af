//#import lib/encode/codebook-search
const ENCODE_GROUP: u32 = 512u;
const GROUP: u32 = 32u;
const DIMS: u32 = 4u;
const LEVELS: u32 = 8u;
const POINTS: u32 = 512u;
const REACH: i32 = 9;
const DELTA: f32 = 0.2;
const TINY: f32 = 0.0;
const EVEN_SIGNS: bool = false;
const REFIT_ALWAYS: bool = false;
const REFIT_ALL: bool = true;
fn start_magnitude(maximum: f32) -> f32 { return maximum; }

fn encode_block(at: u32, block: u32) -> u32 {
  let spread = sum_of_squares(at, 256u) * 0.0078125;
  let tail = params.plane1 + block * 11u;
  var scales: array<f32, 8>;
  var top = 0.0;
  var high = vec2u();
  for (var k = 0u; k < 16u; k++) { w[block * 16u + k] = 0u; }
  for (var k = 0u; k < 11u; k++) { w[tail + k] = 0u; }
  // The reference does not advance its write position after a group of zeros, so later groups move up.
  var place = 0u;
  for (var j = 0u; j < 8u; j++) {
    if (WEIGHTED) { weigh(at + 32u * j, 32u, spread); } else { weigh_by_squares(at + 32u * j, 32u); }
    scales[j] = fit_codebook();
    if (scales[j] == 0.0) { continue; }
    if (scales[j] > top) { top = scales[j]; }
    for (var k = 0u; k < 8u; k++) {
      w[block * 16u + 2u * place + k / 4u] |= (found[k] & 255u) << (8u * (k & 3u));
      high[j >> 2u] |= (found[k] >> 8u) << (8u * (j & 3u) + k);
    }
    w[tail + 2u + place] = sign_bits;
    place++;
  }
  w[tail] = high.x;
  w[tail + 1u] = high.y;
  if (top == 0.0) { return 0u; }
  let part = div(top, 31.0);
  let inverse = div(1.0, part);
  var packed = 0u;
  for (var j = 0u; j < 8u; j++) { packed |= odd_scale(inverse, scales[j], 15) << (4u * j); }
  w[tail + 10u] = packed;
  return f16_bits(fence(part * 1.033));
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 512u, block);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(group * 512u + 256u, block + 1u) << 16u; }
  w[params.plane2 + block / 2u] = scales;
}
