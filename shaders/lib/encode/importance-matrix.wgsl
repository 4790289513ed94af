// With an importance matrix: one number per column, and one such row per expert of a stacked tensor.
const WEIGHTED: bool = true;
fn importance_at(at: u32) -> f32 {
  let matrix = (params.first_row + at / params.cols) / params.matrix_rows;
  return importance[matrix * params.cols + at % params.cols];
}
fn row_spread(at: u32) -> f32 { return spread[at / params.cols]; }
