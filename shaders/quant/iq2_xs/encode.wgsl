//#import lib/encode/codebook-search
const ENCODE_GROUP: u32 = 512u;
const GROUP: u32 = 16u;
const DIMS: u32 = 8u;
const LEVELS: u32 = 3u;
const REACH: i32 = 9;
const DELTA: f32 = 0.1;
const TINY: f32 = 1e-15;
const SPREAD: f32 = 0.00390625;
const EVEN_SIGNS: bool = true;
const REFIT_ALWAYS: bool = false;
const REFIT_ALL: bool = false;
const SCALE_UP: f32 = 1.0;

fn weight(i: u32, v: f32, spread: f32) -> f32 { return importance_weight(i, v, spread); }
fn start_magnitude(group: u32, maximum: f32) -> f32 { return maximum; }
fn scales_plane() -> u32 { return params.plane2; }
fn index_and_signs(tuple: u32) -> u32 { return point_index(refitted[tuple]) | (signs[tuple] << 9u); }
fn pack_word(to: u32, block: u32, k: u32) {
  let group = 16u * block + k;
  if (k < 16u) { w[to * 16u + k] = index_and_signs(2u * group) | (index_and_signs(2u * group + 1u) << 16u); }
  else if (k < 18u) { w[params.plane1 + to * 2u + k - 16u] = scale_nibbles(16u * block + 8u * (k - 16u)); }
}
