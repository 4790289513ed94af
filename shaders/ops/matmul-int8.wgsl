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
  var sums: array<vec4f, 8>;
  for (var g = 0u; g < groups; g++) {
    // Loops, so that the codec and the product are compiled once.
    var rows: array<Codes, 4>;
    for (var r = 0u; r < 4u; r++) { rows[r] = codes32(row[r] + g); }
    for (var t = 0u; t < 4u; t++) {
      sums[t] += dot_rows(rows, early[t] + g);
      sums[t + 4u] += dot_rows(rows, late[t] + g);
    }
  }
  for (var t = 0u; t < 8u; t++) { store(sums[t], tile, row0, tile.first + t); }
}
