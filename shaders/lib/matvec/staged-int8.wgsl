// Activations as int8 in blocks of 32.
//#import lib/product/int8
override STAGED: u32 = 32u;
override STAGED_QUADS: u32 = STAGED / 16u;
override STAGED_BLOCKS: u32 = STAGED / 32u;
var<workgroup> staged_codes: array<vec4u, STAGED_QUADS>;
var<workgroup> staged_heads: array<vec2u, STAGED_BLOCKS>;

fn keep_block(b: u32, v: array<vec4f, 8>) {
  let block = to_block8(v);
  staged_codes[b * 2u] = block.lo;
  staged_codes[b * 2u + 1u] = block.hi;
  staged_heads[b] = pack_block_scale(block);
}

struct Staged { lo: vec4u, hi: vec4u, step: f32, sums: vec2f, }
fn staged(group: u32) -> Staged {
  let head = staged_heads[group];
  return Staged(staged_codes[group * 2u], staged_codes[group * 2u + 1u], block_step(head), block_sums(head));
}
fn dot_staged(c: Codes, x: Staged) -> f32 { return x.step * dot_codes(c, x.lo, x.hi, x.sums); }
