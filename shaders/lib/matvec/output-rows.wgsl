//#import lib/product/epilogue
//#import lib/component
// Each row of W gives one element of y.
const OUTPUT_ROWS: u32 = 4u;
fn outputs() -> u32 { return params.rows; }
fn rows_of(out0: u32) -> vec4u { return out0 + vec4u(0u, 1u, 2u, 3u); }
fn put(sums: vec4f, out: u32, invocation: u32) { finish(component(sums, invocation), out, params.at + out); }
