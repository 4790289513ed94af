// The rows of one expert, for the tokens that chose it. `batch` is what ops/sort-pairs made: where the pairs of each expert
// begin, then the pairs of tokens with experts in the order of experts. A stack of experts that is split by rows runs once
// per slab; each stores the rows it holds.
struct Tile { first: u32, end: u32, row0: u32, }
fn tile_at(wid: vec3u, each: u32) -> Tile {
  return Tile(batch[wid.z] + wid.y * each, batch[wid.z + 1u], wid.z * params.expert_rows - params.base_row);
}
// Rows before the slab's wrap around to numbers that are too large.
fn slab_rows(tile: Tile, r: vec4u) -> vec4u {
  return tile.row0 + r % params.expert_rows + r / params.expert_rows * params.partner;
}
fn weight_rows(tile: Tile, r: vec4u) -> vec4u {
  return min(slab_rows(tile, min(r, vec4u(params.rows - 1u))), vec4u(params.slab_rows - 1u));
}
fn is_stored(tile: Tile, r: u32) -> bool {
  return r < params.rows && slab_rows(tile, vec4u(r)).x < params.slab_rows;
}
fn sources(tile: Tile, i: vec4u) -> vec4u {
  return vec4u(source(tile, i.x), source(tile, i.y), source(tile, i.z), source(tile, i.w));
}
fn source(tile: Tile, i: u32) -> u32 { return target_row(min(i, tile.end - 1u)) / params.pairs_per_row; }
fn target_row(i: u32) -> u32 { return batch[params.pairs_at + i]; }
