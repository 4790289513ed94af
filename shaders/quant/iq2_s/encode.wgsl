//#import lib/parts
//#import lib/lattice-search
const ENCODE_GROUP: u32 = 512u;
const PARTS: u32 = 32u;
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
fn start_magnitude(most: f32) -> f32 { return most; }

fn fit_part(group: u32, part: u32) {
  let at = group * ENCODE_GROUP + part * 16u;
  if (at >= params.elements) { return; }
  let spread = sum_of_squares(at & ~255u, 256u) * 0.0078125;
  if (WEIGHTED) { weigh(at, 16u, spread); }
  else {
    weigh_by_squares(at, 16u);
    for (var i = 0u; i < 16u; i++) { weights[i] = fence(fence(0.25 * spread) + weights[i]); }
  }
  let scale = fit_lattice();
  keep_part(part, scale, vec4u(found[0], found[1], sign_bits & 0xffffu, 0u));
}
fn encode_block(first: u32, block: u32) -> u32 {
  var top = 0.0;
  var high = vec2u();
  for (var k = 0u; k < 16u; k++) { w[block * 16u + k] = 0u; }
  for (var j = 0u; j < 16u; j++) {
    let words = part_words(first + j);
    if (part_scale(first + j) > top) { top = part_scale(first + j); }
    let shift = 16u * (j & 1u);
    w[block * 16u + j / 2u] |= ((words.x & 255u) | ((words.y & 255u) << 8u)) << shift;
    w[block * 16u + 8u + j / 2u] |= words.z << shift;
    high[j >> 3u] |= ((words.x >> 8u) | ((words.y >> 8u) << 2u)) << (4u * (j & 7u));
  }
  var packed = vec2u();
  var d = 0u;
  if (top != 0.0) {
    let part = div(top, 31.0);
    let inverse = div(1.0, part);
    d = f16_bits(fence(part * 0.9875));
    for (var j = 0u; j < 16u; j++) { packed[j >> 3u] |= odd_scale(inverse, part_scale(first + j), 15) << (4u * (j & 7u)); }
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
  var scales = encode_block(0u, block);
  if (group * 512u + 256u < params.elements) { scales |= encode_block(PARTS / 2u, block + 1u) << 16u; }
  w[params.plane2 + block / 2u] = scales;
}
