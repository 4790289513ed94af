// Activations as int8 in blocks of 32. Word w of block b, four codes, is at w * STAGED_STRIDE + b: neighbouring
// invocations read neighbouring banks.
//#import lib/product/int8
//#import lib/matvec/stage-blocks
override STAGED: u32 = 32u;
override STAGED_BLOCKS: u32 = STAGED / 32u;
// Four more than the blocks, so that the words of a block are in different banks.
override STAGED_STRIDE: u32 = STAGED_BLOCKS + 4u;
override STAGED_WORDS: u32 = STAGED_STRIDE * 8u;
var<workgroup> staged_words: array<u32, STAGED_WORDS>;
var<workgroup> staged_heads: array<vec2u, STAGED_BLOCKS>;

fn keep_block(b: u32, v: array<vec4f, 8>) {
  let block = to_block8(v);
  for (var w = 0u; w < 4u; w++) {
    staged_words[w * STAGED_STRIDE + b] = block.lo[w];
    staged_words[(w + 4u) * STAGED_STRIDE + b] = block.hi[w];
  }
  staged_heads[b] = pack_block_scale(block);
}
fn word_place(quad: u32) -> u32 { return (quad & 7u) * STAGED_STRIDE + quad / 8u; }
fn staged_quad(quad: u32) -> vec4f {
  if (NORM) { return x[x_at + quad] * norm[quad]; }
  return x[x_at + quad];
}
// Stages x by quads, so that a subgroup reads x in order: the largest magnitude of each quad, then of each block, the
// codes, and their sums. Returns the sum of squares of the invocation's columns.
fn stage_quads(thread: u32) -> f32 {
  var squares = 0.0;
  for (var quad = thread; quad < STAGED / 4u; quad += SUBGROUP_SIZE * SUBGROUPS) {
    let v = x[x_at + quad];
    if (NORM) { squares += dot(v, v); }
    let size = abs(staged_quad(quad));
    staged_words[word_place(quad)] = bitcast<u32>(max(max(size.x, size.y), max(size.z, size.w)));
  }
  workgroupBarrier();
  for (var b = thread; b < STAGED_BLOCKS; b += SUBGROUP_SIZE * SUBGROUPS) {
    var maximum = 0.0;
    for (var w = 0u; w < 8u; w++) { maximum = max(maximum, bitcast<f32>(staged_words[w * STAGED_STRIDE + b])); }
    staged_heads[b] = vec2u(bitcast<u32>(maximum), bitcast<u32>(select(0.0, 127.0 / maximum, maximum > 0.0)));
  }
  workgroupBarrier();
  for (var quad = thread; quad < STAGED / 4u; quad += SUBGROUP_SIZE * SUBGROUPS) {
    staged_words[word_place(quad)] = codes_of(staged_quad(quad), bitcast<f32>(staged_heads[quad / 8u].y));
  }
  workgroupBarrier();
  for (var b = thread; b < STAGED_BLOCKS; b += SUBGROUP_SIZE * SUBGROUPS) {
    let block = Block8(low_words(b), high_words(b), bitcast<f32>(staged_heads[b].x) / 127.0, vec2i());
    staged_heads[b] = pack_block_scale(with_sums(block));
  }
  return squares;
}
// A workgroup of one subgroup has few invocations: whole blocks cost it less than three barriers.
fn stage_columns(thread: u32) -> f32 {
  if (SUBGROUPS == 1u) { return stage_blocks(thread); }
  return stage_quads(thread);
}

fn low_words(b: u32) -> vec4u {
  return vec4u(staged_words[b], staged_words[STAGED_STRIDE + b], staged_words[2u * STAGED_STRIDE + b],
    staged_words[3u * STAGED_STRIDE + b]);
}
fn high_words(b: u32) -> vec4u {
  return vec4u(staged_words[4u * STAGED_STRIDE + b], staged_words[5u * STAGED_STRIDE + b],
    staged_words[6u * STAGED_STRIDE + b], staged_words[7u * STAGED_STRIDE + b]);
}
struct Staged { lo: vec4u, hi: vec4u, step: f32, sums: vec2f, }
fn staged(group: u32) -> Staged {
  let head = staged_heads[group];
  return Staged(low_words(group), high_words(group), block_step(head), block_sums(head));
}
fn dot_staged(c: Codes, x: Staged) -> f32 { return x.step * dot_codes(c, x.lo, x.hi, x.sums); }
