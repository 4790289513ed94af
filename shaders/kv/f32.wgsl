//#import lib/attention/kv-place
// F32 cache.
fn words4(keys: bool, at: u32) -> vec4f {
  if (keys) { return bitcast<vec4f>(vec4u(k_cache[at], k_cache[at + 1u], k_cache[at + 2u], k_cache[at + 3u])); }
  return bitcast<vec4f>(vec4u(v_cache[at], v_cache[at + 1u], v_cache[at + 2u], v_cache[at + 3u]));
}
fn key4(position: u32, head: u32, quad: u32) -> vec4f {
  return words4(true, key_place(position, head, quad, QUADS) * 4u);
}
fn value_at4(position: u32, head: u32, quad: u32) -> vec4f {
  return words4(false, value_place(position, head, quad, QUADS) * 4u);
}
