//#import lib/encode/qp-search
//#import lib/encode/codebook-search
const ENCODE_GROUP: u32 = 512u;
const GROUP: u32 = 32u;
const DIMS: u32 = 8u;
const LEVELS: u32 = 3u;
const POINTS: u32 = 256u;
const REACH: i32 = 6;
const DELTA: f32 = 0.1;
const TINY: f32 = 1e-15;
const EVEN_SIGNS: bool = true;
const REFIT_ALWAYS: bool = true;
const REFIT_ALL: bool = true;

// Source: quantize_row_iq2_xxs_impl, which starts from 3 x the scale of make_qp_quants.
fn start_magnitude(maximum: f32) -> f32 { return fence(search_positive(32u, 4.0) * 3.0); }

fn encode_block(at: u32, block: u32) -> u32 {
  let spread = sum_of_squares(at, 256u) * 0.00390625;
  var scales: array<f32, 8>;
  var top = 0.0;
  for (var j = 0u; j < 8u; j++) {
    weigh(at + 32u * j, 32u, spread);
    scales[j] = fit_codebook();
    if (scales[j] > top) { top = scales[j]; }
    w[block * 16u + 2u * j] = found[0] | (found[1] << 8u) | (found[2] << 16u) | (found[3] << 24u);
    w[block * 16u + 2u * j + 1u] = seven_signs();
  }
  if (top == 0.0) { return 0u; }
  let part = div(top, 31.0);
  let inverse = div(1.0, part);
  for (var j = 0u; j < 8u; j++) { w[block * 16u + 2u * j + 1u] |= odd_scale(inverse, scales[j], 15) << 28u; }
  return f16_bits(part);
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(group * 512u, block);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(group * 512u + 256u, block + 1u) << 16u; }
  w[params.plane1 + block / 2u] = scales;
}
