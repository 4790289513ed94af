//#import lib/attention/kv-place
// F16 cache. Halves are packed in 32-bit words, so shader-f16 is not needed.
fn halves4(a: u32, b: u32) -> vec4f { return vec4f(unpack2x16float(a), unpack2x16float(b)); }
fn key4(position: u32, head: u32, quad: u32) -> vec4f {
  let at = key_place(position, head, quad, QUADS) * 2u;
  return halves4(k_cache[at], k_cache[at + 1u]);
}
fn value_at4(position: u32, head: u32, quad: u32) -> vec4f {
  let at = value_place(position, head, quad, QUADS) * 2u;
  return halves4(v_cache[at], v_cache[at + 1u]);
}
