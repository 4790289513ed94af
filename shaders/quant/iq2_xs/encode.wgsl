//#import lib/encode/codebook-search
const ENCODE_GROUP: u32 = 512u;
const GROUP: u32 = 16u;
const DIMS: u32 = 8u;
const LEVELS: u32 = 3u;
const POINTS: u32 = 512u;
const REACH: i32 = 9;
const DELTA: f32 = 0.1;
const TINY: f32 = 1e-15;
const EVEN_SIGNS: bool = true;
const REFIT_ALWAYS: bool = false;
const REFIT_ALL: bool = false;
fn start_magnitude(maximum: f32) -> f32 { return maximum; }

fn encode_block(at: u32, block: u32) -> u32 {
  let spread = sum_of_squares(at, 256u) * 0.00390625;
  var scales: array<f32, 16>;
  var top = 0.0;
  for (var j = 0u; j < 16u; j++) {
    weigh(at + 16u * j, 16u, spread);
    scales[j] = fit_codebook();
    if (scales[j] > top) { top = scales[j]; }
    w[block * 16u + j] = found[0] | ((sign_bits & 127u) << 9u) | ((found[1] | ((sign_bits >> 8u) << 9u)) << 16u);
  }
  var packed = vec2u();
  var d = 0u;
  if (top != 0.0) {
    let part = div(top, 31.0);
    let inverse = div(1.0, part);
    d = f16_bits(part);
    for (var j = 0u; j < 16u; j++) { packed[j >> 3u] |= odd_scale(inverse, scales[j], 15) << (4u * (j & 7u)); }
  }
  w[params.plane1 + block * 2u] = packed.x;
  w[params.plane1 + block * 2u + 1u] = packed.y;
  return d;
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 512u, block);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(group * 512u + 256u, block + 1u) << 16u; }
  w[params.plane2 + block / 2u] = scales;
}
