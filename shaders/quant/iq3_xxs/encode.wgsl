//#import lib/encode/codebook-search
const ENCODE_GROUP: u32 = 512u;
const GROUP: u32 = 32u;
const DIMS: u32 = 4u;
const LEVELS: u32 = 8u;
const POINTS: u32 = 256u;
const REACH: i32 = 15;
const DELTA: f32 = 0.2;
const TINY: f32 = 1e-8;
const EVEN_SIGNS: bool = true;
const REFIT_ALWAYS: bool = false;
const REFIT_ALL: bool = false;
fn start_magnitude(maximum: f32) -> f32 { return maximum; }

fn encode_block(at: u32, block: u32) -> u32 {
  let spread = sum_of_squares(at, 256u) * 0.0078125;
  var scales: array<f32, 8>;
  var top = 0.0;
  for (var j = 0u; j < 8u; j++) {
    if (WEIGHTED) { weigh(at + 32u * j, 32u, spread); } else { weigh_by_squares(at + 32u * j, 32u); }
    scales[j] = fit_codebook();
    if (scales[j] > top) { top = scales[j]; }
    for (var k = 0u; k < 2u; k++) {
      let f = vec4u(found[4u * k], found[4u * k + 1u], found[4u * k + 2u], found[4u * k + 3u]);
      w[block * 16u + 2u * j + k] = f.x | (f.y << 8u) | (f.z << 16u) | (f.w << 24u);
    }
    w[params.plane1 + block * 8u + j] = seven_signs();
  }
  if (top == 0.0) { return 0u; }
  let part = div(top, 31.0);
  let inverse = div(1.0, part);
  for (var j = 0u; j < 8u; j++) { w[params.plane1 + block * 8u + j] |= odd_scale(inverse, scales[j], 15) << 28u; }
  return f16_bits(fence(part * 1.0125));
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 512u, block);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(group * 512u + 256u, block + 1u) << 16u; }
  w[params.plane2 + block / 2u] = scales;
}
