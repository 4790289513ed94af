// Prefill product Y = X W^T. A workgroup owns a tile of 64 rows and 32 tokens; 32 columns at a time go through
// workgroup memory, so that a weight is decoded once for 32 tokens and reads are coalesced. For GPUs: on CPU adapters
// ops/matmul and ops/matmul-int8 are faster. Slots `codec`, `tile` (float32, float16 or int8) and `rows`.
//#import tile
//#import rows
//#import lib/product/rows-in-loop
//#import lib/product/epilogue
//#import lib/component
struct Params {
  rows: u32, cols: u32, base_row: u32, plane1: u32, plane2: u32, plane3: u32,
  accumulate: u32, has_bias: u32, bias_at: u32, scale: f32, cap: f32, at: u32, stride: u32,
  slab_rows: u32, expert_rows: u32, partner: u32, pairs_per_row: u32, pairs_at: u32,
  first_workgroup: u32, first_expert: u32,
}
@group(0) @binding(0) var<storage, read> w4: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(3) var<storage, read> scales: array<vec2u>;
@group(0) @binding(4) var<storage, read> batch: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read> points: array<u32>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

const ROWS: u32 = 64u;
const TOKENS: u32 = 32u;

fn products(slot: u32, a: TokenBlock, b: TokenBlock, c: TokenBlock, d: TokenBlock) -> vec4f {
  let row = row_block(slot);
  return vec4f(product(row, a), product(row, b), product(row, c), product(row, d));
}
// Stores the sums of a row with tokens `token`, `token` + 8, ...
fn store(sums: vec4f, tile: Tile, row: u32, token: u32) {
  if (!is_stored(tile, row)) { return; }
  for (var j = 0u; j < 4u; j++) {
    let at = token + 8u * j;
    if (at < tile.end) { finish(component(sums, j), row, target_row(at) * params.stride + params.at + row); }
  }
}

@compute @workgroup_size(ROWS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) thread: u32) {
  let place = wid + vec3u(params.first_workgroup, 0u, params.first_expert);
  let row0 = place.x * ROWS;
  let tile = tile_at(place, TOKENS);
  if (tile.first >= tile.end) { return; }
  let groups = params.cols / 32u;
  // Rows and tokens beyond the last repeat it and are not stored.
  let own_row = weight_rows(tile, vec4u(row0 + thread)).x * groups;
  let own_token = source(tile, tile.first + thread / 2u) * groups;
  // An invocation owns rows r, r + 8, ... and tokens t, t + 8, ...
  let r = thread % 8u;
  let t = thread / 8u;
  var looped: array<vec4f, 8>;
  // Named one by one: an array could be put into memory.
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  var s4 = vec4f();
  var s5 = vec4f();
  var s6 = vec4f();
  var s7 = vec4f();
  for (var g = 0u; g < groups; g++) {
    workgroupBarrier();
    stage_row(thread, own_row + g);
    stage_token(thread, own_token + g);
    workgroupBarrier();
    let a = token_block(t);
    let b = token_block(t + 8u);
    let c = token_block(t + 16u);
    let d = token_block(t + 24u);
    if (ROWS_IN_LOOP) {
      for (var i = 0u; i < 8u; i++) { looped[i] += products(r + 8u * i, a, b, c, d); }
      continue;
    }
    s0 += products(r, a, b, c, d);
    s1 += products(r + 8u, a, b, c, d);
    s2 += products(r + 16u, a, b, c, d);
    s3 += products(r + 24u, a, b, c, d);
    s4 += products(r + 32u, a, b, c, d);
    s5 += products(r + 40u, a, b, c, d);
    s6 += products(r + 48u, a, b, c, d);
    s7 += products(r + 56u, a, b, c, d);
  }
  if (ROWS_IN_LOOP) {
    for (var i = 0u; i < 8u; i++) { store(looped[i], tile, row0 + r + 8u * i, tile.first + t); }
    return;
  }
  store(s0, tile, row0 + r, tile.first + t);
  store(s1, tile, row0 + r + 8u, tile.first + t);
  store(s2, tile, row0 + r + 16u, tile.first + t);
  store(s3, tile, row0 + r + 24u, tile.first + t);
  store(s4, tile, row0 + r + 32u, tile.first + t);
  store(s5, tile, row0 + r + 40u, tile.first + t);
  store(s6, tile, row0 + r + 48u, tile.first + t);
  store(s7, tile, row0 + r + 56u, tile.first + t);
}
