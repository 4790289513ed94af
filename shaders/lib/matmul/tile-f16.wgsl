enable f16;
//#import codec/codes
// Tile in float16: 32 columns of 64 rows and of 32 tokens; quad q of consecutive rows is contiguous. Each half of a
// token's block is divided by its largest magnitude so that products stay in range for any activations.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
var<workgroup> row_quads: array<vec4h, 512>;
var<workgroup> token_quads: array<vec4h, 256>;
var<workgroup> token_steps: array<f32, 64>;

fn stage_row(slot: u32, group: u32) {
  let q = weights32(group);
  row_quads[slot] = vec4h(q[0]);
  row_quads[slot + 64u] = vec4h(q[1]);
  row_quads[slot + 128u] = vec4h(q[2]);
  row_quads[slot + 192u] = vec4h(q[3]);
  row_quads[slot + 256u] = vec4h(q[4]);
  row_quads[slot + 320u] = vec4h(q[5]);
  row_quads[slot + 384u] = vec4h(q[6]);
  row_quads[slot + 448u] = vec4h(q[7]);
}
// Each thread stages half of a token's block.
fn stage_token(thread: u32, block: u32) {
  let first = (thread & 1u) * 4u;
  let at = block * 8u + first;
  let maximum4 = max(max(abs(x[at]), abs(x[at + 1u])), max(abs(x[at + 2u]), abs(x[at + 3u])));
  let maximum = max(max(maximum4.x, maximum4.y), max(maximum4.z, maximum4.w));
  let inverse = select(0.0, 1.0 / maximum, maximum > 0.0);
  for (var i = 0u; i < 4u; i++) { token_quads[(first + i) * 32u + thread / 2u] = vec4h(x[at + i] * inverse); }
  token_steps[thread] = maximum;
}
struct TokenBlock { q: array<vec4h, 8>, steps: vec2f, }
fn token_block(slot: u32) -> TokenBlock {
  return TokenBlock(array(token_quads[slot], token_quads[slot + 32u], token_quads[slot + 64u],
    token_quads[slot + 96u], token_quads[slot + 128u], token_quads[slot + 160u], token_quads[slot + 192u],
    token_quads[slot + 224u]), vec2f(token_steps[slot * 2u], token_steps[slot * 2u + 1u]));
}
fn row_block(slot: u32) -> array<vec4h, 8> {
  return array(row_quads[slot], row_quads[slot + 64u], row_quads[slot + 128u], row_quads[slot + 192u],
    row_quads[slot + 256u], row_quads[slot + 320u], row_quads[slot + 384u], row_quads[slot + 448u]);
}
fn product(row: array<vec4h, 8>, token: TokenBlock) -> f32 {
  let a = row[0] * token.q[0] + row[1] * token.q[1] + row[2] * token.q[2] + row[3] * token.q[3];
  let b = row[4] * token.q[4] + row[5] * token.q[5] + row[6] * token.q[6] + row[7] * token.q[7];
  return dot(vec4f(a), vec4f(token.steps.x)) + dot(vec4f(b), vec4f(token.steps.y));
}
