//#import lib/parts
//#import lib/lattice-search
const ENCODE_GROUP: u32 = 512u;
const PARTS: u32 = 32u;
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
fn start_magnitude(most: f32) -> f32 { return most; }

fn fit_part(group: u32, part: u32) {
  let at = group * ENCODE_GROUP + part * 16u;
  if (at >= params.elements) { return; }
  let spread = sum_of_squares(at & ~255u, 256u) * 0.00390625;
  weigh(at, 16u, spread);
  let scale = fit_lattice();
  let word = found[0] | ((sign_bits & 127u) << 9u) | ((found[1] | ((sign_bits >> 8u) << 9u)) << 16u);
  keep_part(part, scale, vec4u(word, 0u, 0u, 0u));
}
fn encode_block(first: u32, block: u32) -> u32 {
  var top = 0.0;
  for (var j = 0u; j < 16u; j++) {
    if (part_scale(first + j) > top) { top = part_scale(first + j); }
    w[block * 16u + j] = part_words(first + j).x;
  }
  var packed = vec2u();
  var d = 0u;
  if (top != 0.0) {
    let part = div(top, 31.0);
    let inverse = div(1.0, part);
    d = f16_bits(part);
    for (var j = 0u; j < 16u; j++) { packed[j >> 3u] |= odd_scale(inverse, part_scale(first + j), 15) << (4u * (j & 7u)); }
  }
  w[params.plane1 + block * 2u] = packed.x;
  w[params.plane1 + block * 2u + 1u] = packed.y;
  return d;
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 2u;
  var scales = encode_block(0u, block);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(PARTS / 2u, block + 1u) << 16u; }
  w[params.plane2 + block / 2u] = scales;
}
