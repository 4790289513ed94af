//#import lib/float/soft-cap
// Epilogue of a product: bias, scale, soft cap, and accumulation into y.
fn finish(sum: f32, row: u32, at: u32) {
  var value = sum;
  if (params.has_bias == 1u) { value += bias[params.bias_at + row]; }
  value = soft_cap(value * params.scale, params.cap);
  y[at] = select(0.0, y[at], params.accumulate == 1u) + value;
}
