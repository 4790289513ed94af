//#import lib/encode/codebook-search
const ENCODE_GROUP: u32 = 512u;
const GROUP: u32 = 32u;
const DIMS: u32 = 4u;
const LEVELS: u32 = 8u;
const REACH: i32 = 15;
const DELTA: f32 = 0.2;
const TINY: f32 = 1e-8;
const SPREAD: f32 = 0.0078125;
const EVEN_SIGNS: bool = true;
const REFIT_ALWAYS: bool = false;
const REFIT_ALL: bool = false;
const SCALE_UP: f32 = 1.0125;

fn weight(i: u32, v: f32, spread: f32) -> f32 {
  if (WEIGHTED) { return importance_weight(i, v, spread); }
  return fence(v * v);
}
fn start_magnitude(group: u32, maximum: f32) -> f32 { return maximum; }
fn scales_plane() -> u32 { return params.plane2; }
fn pack_word(to: u32, block: u32, k: u32) {
  if (k < 16u) { w[to * 16u + k] = index_bytes(64u * block + 4u * k); }
  else if (k < 24u) {
    let group = 8u * block + k - 16u;
    w[params.plane1 + to * 8u + k - 16u] = packed_signs(4u * group, 7u) | (scale_codes[group] << 28u);
  }
}
