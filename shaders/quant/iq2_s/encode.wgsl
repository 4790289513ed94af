//#import lib/encode/codebook-search
const ENCODE_GROUP: u32 = 512u;
const GROUP: u32 = 16u;
const DIMS: u32 = 8u;
const LEVELS: u32 = 3u;
const REACH: i32 = 9;
const DELTA: f32 = 0.1;
const TINY: f32 = 1e-8;
const SPREAD: f32 = 0.0078125;
const EVEN_SIGNS: bool = false;
const REFIT_ALWAYS: bool = false;
const REFIT_ALL: bool = false;
const SCALE_UP: f32 = 0.9875;

fn weight(i: u32, v: f32, spread: f32) -> f32 {
  if (WEIGHTED) { return importance_weight(i, v, spread); }
  return fence(fence(0.25 * spread) + fence(v * v));
}
fn start_magnitude(group: u32, maximum: f32) -> f32 { return maximum; }
fn scales_plane() -> u32 { return params.plane2; }
fn high_bits(tuple: u32) -> u32 {
  var word = 0u;
  for (var i = 0u; i < 16u; i++) { word |= (point_index(refitted[tuple + i]) >> 8u) << (2u * i); }
  return word;
}
fn pack_word(to: u32, block: u32, k: u32) {
  let tail = params.plane1 + to * 4u;
  if (k < 8u) { w[to * 16u + k] = index_bytes(32u * block + 4u * k); }
  else if (k < 16u) { w[to * 16u + k] = packed_signs(32u * block + 4u * (k - 8u), 8u); }
  else if (k < 18u) { w[tail + k - 16u] = high_bits(32u * block + 16u * (k - 16u)); }
  else if (k < 20u) { w[tail + k - 16u] = scale_nibbles(16u * block + 8u * (k - 18u)); }
}
