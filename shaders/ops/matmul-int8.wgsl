// Prefill product Y = X W^T with int8 dot products. An invocation owns four rows and eight tokens; no workgroup memory.
// `x` and `scales` are the output of ops/quantize-rows. Slots `codec` and `rows`.
//#import lib/product/int8
//#import rows
//#import lib/product/epilogue
struct Params {
  rows: u32, cols: u32, base_row: u32, plane1: u32, plane2: u32, plane3: u32,
  accumulate: u32, has_bias: u32, bias_at: u32, scale: f32, cap: f32, at: u32, stride: u32,
  slab_rows: u32, expert_rows: u32, partner: u32, pairs_per_row: u32, pairs_at: u32,
  first_workgroup: u32, first_expert: u32,
}
@group(0) @binding(0) var<storage, read> w4: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4u>;
@group(0) @binding(3) var<storage, read> scales: array<vec2u>;
@group(0) @binding(4) var<storage, read> batch: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read> points: array<u32>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

fn dot_rows(rows: array<Codes, 4>, block: u32) -> vec4f {
  let lo = x[block * 2u];
  let hi = x[block * 2u + 1u];
  let scale8 = scales[block];
  let sums = block_sums(scale8);
  return block_step(scale8) * vec4f(dot_codes(rows[0], lo, hi, sums), dot_codes(rows[1], lo, hi, sums),
    dot_codes(rows[2], lo, hi, sums), dot_codes(rows[3], lo, hi, sums));
}
fn store(sums: vec4f, tile: Tile, row0: u32, token: u32) {
  if (token >= tile.end) { return; }
  let at = target_row(token) * params.stride + params.at;
  for (var row = row0; row < row0 + 4u; row++) {
    if (is_stored(tile, row)) { finish(sums[row - row0], row, at + row); }
  }
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let place = wid + vec3u(params.first_workgroup, 0u, params.first_expert);
  let row0 = (place.x * 32u + invocation) * 4u;
  let tile = tile_at(place, 8u);
  if (row0 >= params.rows || tile.first >= tile.end) { return; }
  let groups = params.cols / 32u;
  // Rows and tokens beyond the last repeat it and are not stored.
  let row = weight_rows(tile, row0 + vec4u(0u, 1u, 2u, 3u)) * groups;
  let early = sources(tile, tile.first + vec4u(0u, 1u, 2u, 3u)) * groups;
  let late = sources(tile, tile.first + vec4u(4u, 5u, 6u, 7u)) * groups;
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  var s4 = vec4f();
  var s5 = vec4f();
  var s6 = vec4f();
  var s7 = vec4f();
  for (var g = 0u; g < groups; g++) {
    // A loop, so that the codec is compiled once.
    var rows: array<Codes, 4>;
    for (var r = 0u; r < 4u; r++) { rows[r] = codes32(row[r] + g); }
    s0 += dot_rows(rows, early.x + g);
    s1 += dot_rows(rows, early.y + g);
    s2 += dot_rows(rows, early.z + g);
    s3 += dot_rows(rows, early.w + g);
    s4 += dot_rows(rows, late.x + g);
    s5 += dot_rows(rows, late.y + g);
    s6 += dot_rows(rows, late.z + g);
    s7 += dot_rows(rows, late.w + g);
  }
  store(s0, tile, row0, tile.first);
  store(s1, tile, row0, tile.first + 1u);
  store(s2, tile, row0, tile.first + 2u);
  store(s3, tile, row0, tile.first + 3u);
  store(s4, tile, row0, tile.first + 4u);
  store(s5, tile, row0, tile.first + 5u);
  store(s6, tile, row0, tile.first + 6u);
  store(s7, tile, row0, tile.first + 7u);
}
