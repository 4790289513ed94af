// The key/value cache as packed halves: two values a word, no shader-f16 needed.
fn kv_load4(keys: bool, quad: u32) -> vec4f {
  if (keys) { return vec4f(unpack2x16float(k_cache[quad * 2u]), unpack2x16float(k_cache[quad * 2u + 1u])); }
  return vec4f(unpack2x16float(v_cache[quad * 2u]), unpack2x16float(v_cache[quad * 2u + 1u]));
}
