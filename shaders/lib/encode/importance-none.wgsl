// Without an importance matrix.
const WEIGHTED: bool = false;
fn importance_at(at: u32) -> f32 { return 1.0; }
fn row_spread(at: u32) -> f32 { return 0.0; }
