// Products are rounded before they are added. Used when weights are quantized again, to match the reference decoder.
fn rounded4(x: vec4f) -> vec4f { return bitcast<vec4f>(bitcast<vec4u>(x) ^ vec4u(params.zero)); }
fn rounded2(x: vec2f) -> vec2f { return bitcast<vec2f>(bitcast<vec2u>(x) ^ vec2u(params.zero)); }
