fn k_store2(pair: u32, v: vec2f) {
  k_cache[pair * 2u] = bitcast<u32>(v.x);
  k_cache[pair * 2u + 1u] = bitcast<u32>(v.y);
}
fn v_store2(pair: u32, v: vec2f) {
  v_cache[pair * 2u] = bitcast<u32>(v.x);
  v_cache[pair * 2u + 1u] = bitcast<u32>(v.y);
}
