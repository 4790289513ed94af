// Mean square of each row, summed in the order of ggml-quants.c. One row per invocation.
//#import lib/grid
//#import lib/float/exact
struct Params { rows: u32, cols: u32, zero: u32, }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> spread: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let row = linear_workgroup(wid) * 64u + invocation;
  if (row >= params.rows) { return; }
  var sum = 0.0;
  for (var i = row * params.cols; i < (row + 1u) * params.cols; i++) { sum = fence(sum + fence(x[i] * x[i])); }
  spread[row] = div(sum, f32(params.cols));
}
