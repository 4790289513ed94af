fn halves(a: u32, b: u32) -> vec4f { return vec4f(unpack2x16float(a), unpack2x16float(b)); }
fn decode4(quad: u32) -> vec4f { return halves(w[quad * 2u], w[quad * 2u + 1u]); }
