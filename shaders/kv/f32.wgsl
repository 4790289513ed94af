// The key/value cache in float32.
fn kv_load4(keys: bool, quad: u32) -> vec4f {
  let i = quad * 4u;
  if (keys) { return bitcast<vec4f>(vec4u(k_cache[i], k_cache[i + 1u], k_cache[i + 2u], k_cache[i + 3u])); }
  return bitcast<vec4f>(vec4u(v_cache[i], v_cache[i + 1u], v_cache[i + 2u], v_cache[i + 3u]));
}
