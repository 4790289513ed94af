//#import lib/attention/kv-place
// Scales of a unit of the quantized caches: of the key low, of the value high, behind the codes of the keys.
fn scale_place(position: u32, head: u32, unit: u32) -> u32 {
  return params.kv_scales + key_place(position, head, unit, UNITS);
}
fn largest32(x: array<vec4f, 8>) -> vec4f {
  return max(max(max(abs(x[0]), abs(x[1])), max(abs(x[2]), abs(x[3]))),
    max(max(abs(x[4]), abs(x[5])), max(abs(x[6]), abs(x[7]))));
}
