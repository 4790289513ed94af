// Planes: qs = 8 words per block; d = f16, two blocks per word.
fn block_scale(block: u32) -> f32 { return unpack2x16float(w[params.plane1 + block / 2u] >> (16u * (block & 1u))).x; }
fn decode4(quad: u32) -> vec4f { return vec4f(unpack4xI8(w[quad])) * block_scale(quad / 8u); }
