//#import lib/f16
fn k_store2(pair: u32, v: vec2f) { k_cache[pair] = f16_bits(v.x) | (f16_bits(v.y) << 16u); }
fn v_store2(pair: u32, v: vec2f) { v_cache[pair] = f16_bits(v.x) | (f16_bits(v.y) << 16u); }
