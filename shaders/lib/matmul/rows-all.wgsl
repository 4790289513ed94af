// Slot `rows` of a dense product: every token with every row. `batch` is the engine's state; batch[1] counts the
// tokens.
struct Tile { first: u32, end: u32, }
// Tokens first..end - 1 of the workgroup, which takes `each` of them.
fn tile_at(wid: vec3u, each: u32) -> Tile { return Tile(wid.y * each, batch[1]); }
// Rows of W of output rows `r`, clamped to the last.
fn weight_rows(tile: Tile, r: vec4u) -> vec4u { return min(r, vec4u(params.rows - 1u)) + params.base_row; }
fn is_stored(tile: Tile, r: u32) -> bool { return r < params.rows; }
// Rows of x and of y of tokens. Rows of x are clamped to the last token.
fn sources(tile: Tile, tokens: vec4u) -> vec4u { return min(tokens, vec4u(tile.end - 1u)); }
fn source(tile: Tile, token: u32) -> u32 { return min(token, tile.end - 1u); }
fn target_row(token: u32) -> u32 { return token; }
