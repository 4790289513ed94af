enable f16;
enable chromium_experimental_subgroup_matrix;
// Prefill product Y = X W^T with subgroup matrices. Four hardware subgroups own a quarter each of a tile of 64 rows and
// 64 tokens; 32 columns at a time go through workgroup memory in float16, sums are float32. `x` and `scales` are the
// output of ops/rows-to-f16. Slots `codec`, `matrix` (shape of the matrix units) and `rows`.
//#import matrix
//#import rows
//#import codec/codes
//#import lib/product/epilogue
//#import subgroup
struct Params {
  rows: u32, cols: u32, base_row: u32, plane1: u32, plane2: u32, plane3: u32,
  accumulate: u32, has_bias: u32, bias_at: u32, scale: f32, cap: f32, at: u32, stride: u32,
  slab_rows: u32, expert_rows: u32, partner: u32, pairs_per_row: u32, pairs_at: u32,
  first_workgroup: u32, first_expert: u32,
}
@group(0) @binding(0) var<storage, read> w4: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4h>;
@group(0) @binding(3) var<storage, read> scales: array<f32>;
@group(0) @binding(4) var<storage, read> batch: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read> points: array<u32>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override SUBGROUP_SIZE: u32 = 32u;
const SIDE: u32 = 64u;
const HALF: u32 = SIDE / 2u;
const COLS: u32 = 32u;
// Row stride of a tile. Not a power of two, so that rows fall in different banks.
const STRIDE: u32 = 40u;
alias Left = subgroup_matrix_left<f16, MATRIX_K, MATRIX_M>;
alias Right = subgroup_matrix_right<f16, MATRIX_N, MATRIX_K>;
alias Sums = subgroup_matrix_result<f32, MATRIX_N, MATRIX_M>;
const DOWN: u32 = HALF / MATRIX_M;
const ACROSS: u32 = HALF / MATRIX_N;
var<workgroup> row_tile: array<f16, SIDE * STRIDE>;
var<workgroup> token_tile: array<f16, SIDE * STRIDE>;
// One result matrix per subgroup, staged for the epilogue.
var<workgroup> sums_out: array<f32, 4u * MATRIX_M * MATRIX_N>;

fn put4(at: u32, v: vec4h) {
  row_tile[at] = v.x;
  row_tile[at + 1u] = v.y;
  row_tile[at + 2u] = v.z;
  row_tile[at + 3u] = v.w;
}
fn stage_row(slot: u32, group: u32) {
  let q = weights32(group);
  let at = slot * STRIDE;
  put4(at, vec4h(q[0]));
  put4(at + 4u, vec4h(q[1]));
  put4(at + 8u, vec4h(q[2]));
  put4(at + 12u, vec4h(q[3]));
  put4(at + 16u, vec4h(q[4]));
  put4(at + 20u, vec4h(q[5]));
  put4(at + 24u, vec4h(q[6]));
  put4(at + 28u, vec4h(q[7]));
}
fn stage_token(slot: u32, group: u32) {
  for (var i = 0u; i < COLS / 4u; i++) {
    let v = x[group * (COLS / 4u) + i];
    let at = slot * STRIDE + i * 4u;
    token_tile[at] = v.x;
    token_tile[at + 1u] = v.y;
    token_tile[at + 2u] = v.z;
    token_tile[at + 3u] = v.w;
  }
}

@compute @workgroup_size(SUBGROUP_SIZE * 4u)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_id) subgroup_index: u32, @builtin(subgroup_invocation_id) invocation: u32) {
  let place = wid + vec3u(params.first_workgroup, 0u, params.first_expert);
  let row0 = place.x * SIDE;
  let tile = tile_at(place, SIDE);
  if (tile.first >= tile.end) { return; }
  let groups = params.cols / COLS;
  // First row and token of this subgroup's quarter.
  let down = subgroup_index / 2u * HALF;
  let across = subgroup_index % 2u * HALF;
  var sums: array<array<Sums, ACROSS>, DOWN>;
  for (var g = 0u; g < groups; g++) {
    workgroupBarrier();
    for (var i = thread; i < 2u * SIDE; i += 4u * SUBGROUP_SIZE) {
      // Rows and tokens beyond the last repeat it and are not stored.
      if (i < SIDE) {
        stage_row(i, weight_rows(tile, vec4u(row0 + i)).x * groups + g);
      } else {
        stage_token(i - SIDE, source(tile, tile.first + i - SIDE) * groups + g);
      }
    }
    workgroupBarrier();
    for (var k = 0u; k < COLS; k += MATRIX_K) {
      var right: array<Right, ACROSS>;
      for (var j = 0u; j < ACROSS; j++) {
        right[j] = subgroupMatrixLoad<Right, col_major>(&token_tile, (across + j * MATRIX_N) * STRIDE + k, STRIDE);
      }
      for (var i = 0u; i < DOWN; i++) {
        let left = subgroupMatrixLoad<Left, row_major>(&row_tile, (down + i * MATRIX_M) * STRIDE + k, STRIDE);
        for (var j = 0u; j < ACROSS; j++) {
          sums[i][j] = subgroupMatrixMultiplyAccumulate(left, right[j], sums[i][j]);
        }
      }
    }
  }
  let own = subgroup_index * MATRIX_M * MATRIX_N;
  for (var i = 0u; i < DOWN; i++) {
    for (var j = 0u; j < ACROSS; j++) {
      workgroupBarrier();
      subgroupMatrixStore<col_major>(&sums_out, own, sums[i][j], MATRIX_M);
      workgroupBarrier();
      for (var e = invocation; e < MATRIX_M * MATRIX_N; e += SUBGROUP_SIZE) {
        let row = row0 + down + i * MATRIX_M + e % MATRIX_M;
        let token = tile.first + across + j * MATRIX_N + e / MATRIX_M;
        if (is_stored(tile, row) && token < tile.end) {
          finish(sums_out[own + e] * scales[source(tile, token)], row, target_row(token) * params.stride + params.at + row);
        }
      }
    }
  }
}
