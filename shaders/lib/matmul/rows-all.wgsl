// Rows of activations and of weights as they come: every token with every row. `batch` is the engine's state.
struct Tile { first: u32, end: u32, }
// The tokens from number `each` y on.
fn tile_at(wid: vec3u, each: u32) -> Tile { return Tile(wid.y * each, batch[1]); }
// Rows of W that give rows `r` of y; those beyond the last are the last.
fn weight_rows(tile: Tile, r: vec4u) -> vec4u { return min(r, vec4u(params.rows - 1u)) + params.base_row; }
fn is_stored(tile: Tile, r: u32) -> bool { return r < params.rows; }
// Rows of x that tokens read, and where they are put; tokens beyond the last are the last.
fn sources(tile: Tile, tokens: vec4u) -> vec4u { return min(tokens, vec4u(tile.end - 1u)); }
fn source(tile: Tile, token: u32) -> u32 { return min(token, tile.end - 1u); }
fn target_row(token: u32) -> u32 { return token; }
