//#import codec/codes
// Tile in float32: 32 columns of 64 rows and of 32 tokens; quad q of consecutive rows is contiguous.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
var<workgroup> row_quads: array<vec4f, 512>;
var<workgroup> token_quads: array<vec4f, 256>;

fn stage_row(slot: u32, group: u32) {
  let q = weights32(group);
  row_quads[slot] = q[0];
  row_quads[slot + 64u] = q[1];
  row_quads[slot + 128u] = q[2];
  row_quads[slot + 192u] = q[3];
  row_quads[slot + 256u] = q[4];
  row_quads[slot + 320u] = q[5];
  row_quads[slot + 384u] = q[6];
  row_quads[slot + 448u] = q[7];
}
// Each thread stages half of a token's block.
fn stage_token(thread: u32, block: u32) {
  let first = (thread & 1u) * 4u;
  for (var i = first; i < first + 4u; i++) { token_quads[i * 32u + thread / 2u] = x[block * 8u + i]; }
}
alias TokenBlock = array<vec4f, 8>;
fn token_block(slot: u32) -> TokenBlock {
  return array(token_quads[slot], token_quads[slot + 32u], token_quads[slot + 64u], token_quads[slot + 96u],
    token_quads[slot + 128u], token_quads[slot + 160u], token_quads[slot + 192u], token_quads[slot + 224u]);
}
fn row_block(slot: u32) -> array<vec4f, 8> {
  return array(row_quads[slot], row_quads[slot + 64u], row_quads[slot + 128u], row_quads[slot + 192u],
    row_quads[slot + 256u], row_quads[slot + 320u], row_quads[slot + 384u], row_quads[slot + 448u]);
}
fn product(row: array<vec4f, 8>, token: TokenBlock) -> f32 {
  let sum = row[0] * token[0] + row[1] * token[1] + row[2] * token[2] + row[3] * token[3] + row[4] * token[4]
    + row[5] * token[5] + row[6] * token[6] + row[7] * token[7];
  return dot(sum, vec4f(1.0));
}
