// GELU, tanh form: x (1 + tanh u) / 2 = x / (1 + exp(-2u)). The exponent is clamped: WGSL does not guarantee infinity.
fn activate(x: vec4f) -> vec4f {
  let u = 0.7978845608028654 * x * (1.0 + 0.044715 * x * x);
  return x / (1.0 + exp(clamp(-2.0 * u, vec4f(-80.0), vec4f(80.0))));
}
