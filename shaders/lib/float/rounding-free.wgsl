// Products and sums may be fused. Used when weights are multiplied with activations.
fn rounded4(x: vec4f) -> vec4f { return x; }
fn rounded2(x: vec2f) -> vec2f { return x; }
