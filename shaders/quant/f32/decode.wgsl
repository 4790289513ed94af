fn decode4(quad: u32) -> vec4f { return bitcast<vec4f>(w4[quad]); }
