// Slot `rows` of a mixture of experts: the rows of one expert, with the tokens routed to it. `batch` is the output of
// ops/sort-pairs: the first pair of each expert, then the (token, expert) pairs by expert. A stack of experts in
// several slabs has a dispatch per slab, which stores only the slab's rows.
struct Tile { first: u32, end: u32, row0: u32, }
fn tile_at(wid: vec3u, each: u32) -> Tile {
  return Tile(batch[wid.z] + wid.y * each, batch[wid.z + 1u], wid.z * params.expert_rows - params.base_row);
}
// Rows before the slab wrap around to large numbers.
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
