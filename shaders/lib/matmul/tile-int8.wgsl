//#import lib/product/int8
// Tile in int8: 32 columns of codes of 64 rows and of 32 tokens, with their scales.
@group(0) @binding(2) var<storage, read> x: array<vec4u>;
// The two halves apart, so that neighbouring slots are in neighbouring banks.
var<workgroup> row_low_codes: array<vec4u, 64>;
var<workgroup> row_high_codes: array<vec4u, 64>;
var<workgroup> row_steps: array<vec4f, 64>;
var<workgroup> token_codes: array<vec4u, 64>;
var<workgroup> token_steps: array<vec3f, 32>;

fn stage_row(slot: u32, group: u32) {
  let c = codes32(group);
  row_low_codes[slot] = c.lo;
  row_high_codes[slot] = c.hi;
  row_steps[slot] = vec4f(c.step, c.low);
}
// Each thread stages half of a token's block.
fn stage_token(thread: u32, block: u32) {
  token_codes[thread] = x[block * 2u + (thread & 1u)];
  if ((thread & 1u) == 0u) {
    let scale8 = scales[block];
    token_steps[thread / 2u] = vec3f(block_step(scale8), block_sums(scale8));
  }
}
struct TokenBlock { lo: vec4u, hi: vec4u, step: f32, sums: vec2f, }
fn token_block(slot: u32) -> TokenBlock {
  let s = token_steps[slot];
  return TokenBlock(token_codes[slot * 2u], token_codes[slot * 2u + 1u], s.x, s.yz);
}
fn row_block(slot: u32) -> Codes {
  let s = row_steps[slot];
  return Codes(row_low_codes[slot], row_high_codes[slot], s.xy, s.zw);
}
fn product(row: Codes, token: TokenBlock) -> f32 {
  return token.step * dot_codes(row, token.lo, token.hi, token.sums);
}
