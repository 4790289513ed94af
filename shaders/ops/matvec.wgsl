// Decode product y = W x, with a fused RMS norm of x (NORM). A subgroup reduces the columns of four rows; a workgroup
// has SUBGROUPS subgroups and computes `tiles` sets of rows. Slots `codec`, `dot` (float32, or staged int8 or float16)
// and `output` (rows, or activate(gate) * up).
//#import lib/grid
//#import dot
//#import output
//#import subgroup
struct Params {
  rows: u32, cols: u32, base_row: u32, plane1: u32, plane2: u32, plane3: u32,
  accumulate: u32, has_bias: u32, bias_at: u32, scale: f32, cap: f32, at: u32, epsilon: f32, tiles: u32, partner: u32,
  first_workgroup: u32,
}
@group(0) @binding(0) var<storage, read> w4: array<vec4u>;
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> norm: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read> points: array<u32>;
@group(0) @binding(6) var<storage, read> bias: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

// First quad of x.
const x_at: u32 = 0u;

override SUBGROUP_SIZE: u32 = 64u;
override SUBGROUPS: u32 = 1u;
override NORM: bool = false;

@compute @workgroup_size(SUBGROUP_SIZE * SUBGROUPS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) thread: u32) {
  let invocation = thread % SUBGROUP_SIZE;
  let subgroup_index = thread / SUBGROUP_SIZE;
  stage(thread);
  let first_tile = (params.first_workgroup + linear_workgroup(wid)) * params.tiles;
  for (var tile = first_tile; tile < first_tile + params.tiles; tile++) {
    if (tile * SUBGROUPS * OUTPUT_ROWS >= outputs()) { break; }
    let out0 = (tile * SUBGROUPS + subgroup_index) * OUTPUT_ROWS;
    // Rows beyond the last repeat it and are not stored.
    let rows = min(rows_of(out0), vec4u(params.rows - 1u)) + params.base_row;
    let sums = row_products(rows, invocation);
    if (invocation < OUTPUT_ROWS && out0 + invocation < outputs()) { put(sums, out0 + invocation, invocation); }
  }
}
