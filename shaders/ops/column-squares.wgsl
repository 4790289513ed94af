// Adds the squares of every column of rows that go into a product: what llama-imatrix keeps. An invocation owns a
// column. Where EXPERTS is set, rows belong to the experts that were chosen for them, and how many rows each got stands
// behind the sums.
struct Params { cols: u32, rows_per_token: u32, pairs_per_row: u32, experts: u32, }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read> chosen: array<u32>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

override EXPERTS: bool = false;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let col = gid.x;
  if (col >= params.cols) { return; }
  let rows = state[1] * params.rows_per_token;
  if (EXPERTS) {
    for (var row = 0u; row < rows; row++) {
      let v = x[row / params.pairs_per_row * params.cols + col];
      let expert = chosen[row];
      sums[expert * params.cols + col] += v * v;
      if (col == 0u) { sums[params.experts * params.cols + expert] += 1.0; }
    }
    return;
  }
  var sum = 0.0;
  for (var row = 0u; row < rows; row++) {
    let v = x[row * params.cols + col];
    sum += v * v;
  }
  sums[col] += sum;
  if (col == 0u) { sums[params.cols] += f32(rows); }
}
