// Adds the squares of the activations to the sum of each column, as llama-imatrix does. An invocation owns a column.
// The row count follows the sums. With EXPERTS there are sums and a row count for each expert.
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
  // Token by token into one sum, so that passes may be cut anywhere.
  var sum = sums[col];
  for (var row = 0u; row < rows; row++) {
    let v = x[row * params.cols + col];
    sum += v * v;
  }
  sums[col] = sum;
  if (col == 0u) { sums[params.cols] += f32(rows); }
}
