// Planes: qs = 4 words per block, 16 weights per word; d = f16, two blocks per word.
fn pairs4(bits: u32) -> vec4f { return vec4f((vec4u(bits) >> vec4u(0u, 2u, 4u, 6u)) & vec4u(3u)) - 1.0; }
fn block_scale(block: u32) -> f32 { return unpack2x16float(w[params.plane1 + block / 2u] >> (16u * (block & 1u))).x; }
fn decode4(quad: u32) -> vec4f { return pairs4(w[quad / 4u] >> (8u * (quad & 3u))) * block_scale(quad / 16u); }
