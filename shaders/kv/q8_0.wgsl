//#import lib/attention/kv-scales
// Q8_0 cache: one word of codes per quad.
fn key4(position: u32, head: u32, quad: u32) -> vec4f {
  let d = unpack2x16float(k_cache[scale_place(position, head, quad / 8u)]).x;
  return vec4f(unpack4xI8(k_cache[key_place(position, head, quad, QUADS)])) * d;
}
fn value_at4(position: u32, head: u32, quad: u32) -> vec4f {
  let d = unpack2x16float(k_cache[scale_place(position, head, quad / 8u)]).y;
  return vec4f(unpack4xI8(v_cache[value_place(position, head, quad, QUADS)])) * d;
}
