//#import lib/encode/codebook-search
const ENCODE_GROUP: u32 = 512u;
const GROUP: u32 = 16u;
const DIMS: u32 = 8u;
const LEVELS: u32 = 3u;
const POINTS: u32 = 1024u;
const REACH: i32 = 9;
const DELTA: f32 = 0.1;
const TINY: f32 = 1e-8;
const EVEN_SIGNS: bool = false;
const REFIT_ALWAYS: bool = false;
const REFIT_ALL: bool = false;
fn start_magnitude(maximum: f32) -> f32 { return maximum; }

fn encode_block(at: u32, block: u32) -> u32 {
  let spread = sum_of_squares(at, 256u) * 0.0078125;
  var scales: array<f32, 16>;
  var top = 0.0;
  var high = vec2u();
  for (var k = 0u; k < 16u; k++) { w[block * 16u + k] = 0u; }
  for (var j = 0u; j < 16u; j++) {
    if (WEIGHTED) { weigh(at + 16u * j, 16u, spread); }
    else {
      weigh_by_squares(at + 16u * j, 16u);
      for (var i = 0u; i < 16u; i++) { weights[i] = fence(fence(0.25 * spread) + weights[i]); }
    }
    scales[j] = fit_codebook();
    if (scales[j] > top) { top = scales[j]; }
    let shift = 16u * (j & 1u);
    w[block * 16u + j / 2u] |= ((found[0] & 255u) | ((found[1] & 255u) << 8u)) << shift;
    w[block * 16u + 8u + j / 2u] |= (sign_bits & 0xffffu) << shift;
    high[j >> 3u] |= ((found[0] >> 8u) | ((found[1] >> 8u) << 2u)) << (4u * (j & 7u));
  }
  var packed = vec2u();
  var d = 0u;
  if (top != 0.0) {
    let part = div(top, 31.0);
    let inverse = div(1.0, part);
    d = f16_bits(fence(part * 0.9875));
    for (var j = 0u; j < 16u; j++) { packed[j >> 3u] |= odd_scale(inverse, scales[j], 15) << (4u * (j & 7u)); }
  }
  let tail = params.plane1 + block * 4u;
  w[tail] = high.x;
  w[tail + 1u] = high.y;
  w[tail + 2u] = packed.x;
  w[tail + 3u] = packed.y;
  return d;
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 512u, block);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(group * 512u + 256u, block + 1u) << 16u; }
  w[params.plane2 + block / 2u] = scales;
}
