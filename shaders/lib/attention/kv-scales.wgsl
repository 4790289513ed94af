//#import lib/attention/kv-place
// Quantized caches: the f16 scales of a unit (key low, value high) follow the key codes in k_cache.
fn scale_place(position: u32, head: u32, unit: u32) -> u32 {
  return params.kv_scales + key_place(position, head, unit, UNITS);
}
fn largest32(x: array<vec4f, 8>) -> vec4f {
  return max(max(max(abs(x[0]), abs(x[1])), max(abs(x[2]), abs(x[3]))),
    max(max(abs(x[4]), abs(x[5])), max(abs(x[6]), abs(x[7]))));
}
