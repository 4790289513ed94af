//#import lib/encode/qp-search
//#import lib/encode/codebook-search
const ENCODE_GROUP: u32 = 512u;
const GROUP: u32 = 32u;
const DIMS: u32 = 8u;
const LEVELS: u32 = 3u;
const REACH: i32 = 6;
const DELTA: f32 = 0.1;
const TINY: f32 = 1e-15;
const SPREAD: f32 = 0.00390625;
const EVEN_SIGNS: bool = true;
const REFIT_ALWAYS: bool = true;
const REFIT_ALL: bool = true;
const SCALE_UP: f32 = 1.0;

fn weight(i: u32, v: f32, spread: f32) -> f32 { return importance_weight(i, v, spread); }
// Source: quantize_row_iq2_xxs_impl, which starts from 3 x the scale of make_qp_quants.
fn start_magnitude(group: u32, maximum: f32) -> f32 {
  for (var i = 0u; i < 32u; i++) {
    values[i] = magnitudes[8u * group + i / 4u][i & 3u];
    weights[i] = counts[8u * group + i / 4u][i & 3u];
  }
  return fence(search_positive(32u, 4.0) * 3.0);
}
fn scales_plane() -> u32 { return params.plane1; }
fn pack_word(to: u32, block: u32, k: u32) {
  if (k >= 8u) { return; }
  let group = 8u * block + k;
  w[to * 16u + 2u * k] = index_bytes(4u * group);
  w[to * 16u + 2u * k + 1u] = packed_signs(4u * group, 7u) | (scale_codes[group] << 28u);
}
