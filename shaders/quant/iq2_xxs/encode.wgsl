//#import lib/parts
//#import lib/qp-search
//#import lib/lattice-search
const ENCODE_GROUP: u32 = 512u;
const PARTS: u32 = 16u;
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

// The largest code stands for three steps of the best plain scale.
fn start_magnitude(most: f32) -> f32 { return fence(search_positive(32u, 4.0) * 3.0); }

fn fit_part(group: u32, part: u32) {
  let at = group * ENCODE_GROUP + part * 32u;
  if (at >= params.elements) { return; }
  let spread = sum_of_squares(at & ~255u, 256u) * 0.00390625;
  weigh(at, 32u, spread);
  let scale = fit_lattice();
  let points = found[0] | (found[1] << 8u) | (found[2] << 16u) | (found[3] << 24u);
  keep_part(part, scale, vec4u(points, seven_signs(), 0u, 0u));
}
fn encode_block(first: u32, block: u32) -> u32 {
  var top = 0.0;
  for (var j = 0u; j < 8u; j++) { if (part_scale(first + j) > top) { top = part_scale(first + j); } }
  let part = div(top, 31.0);
  let inverse = div(1.0, part);
  for (var j = 0u; j < 8u; j++) {
    let words = part_words(first + j);
    var scale = 0u;
    if (top != 0.0) { scale = odd_scale(inverse, part_scale(first + j), 15); }
    w[block * 16u + 2u * j] = words.x;
    w[block * 16u + 2u * j + 1u] = words.y | (scale << 28u);
  }
  return f16_bits(part);
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(0u, block);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(PARTS / 2u, block + 1u) << 16u; }
  w[params.plane1 + block / 2u] = scales;
}
