//#import activation
//#import lib/component
// Rows 0..partner - 1 are gates; row r + partner is the up projection of gate r. y = activate(gate) * up.
const OUTPUT_ROWS: u32 = 2u;
fn outputs() -> u32 { return params.partner; }
fn rows_of(out0: u32) -> vec4u { return out0 + vec4u(0u, 1u, params.partner, params.partner + 1u); }
fn put(sums: vec4f, out: u32, invocation: u32) {
  var gate = component(sums, invocation);
  var up = component(sums, invocation + 2u);
  if (params.has_bias == 1u) {
    gate += bias[params.bias_at + out];
    up += bias[params.bias_at + out + params.partner];
  }
  y[out] = activate(vec4f(gate)).x * up;
}
