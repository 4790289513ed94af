//#import kv
//#import lib/float/f16
fn step127(x: array<vec4f, 8>) -> f32 {
  let maximum = largest32(x);
  return max(max(maximum.x, maximum.y), max(maximum.z, maximum.w)) / 127.0;
}
fn codes127(x: vec4f, step: f32) -> u32 {
  return pack4xI8(vec4i(round(x * select(0.0, 1.0 / step, step > 0.0))));
}
// Stores a unit if `write` is set. Returns the unit as it will be read back.
fn store_unit(position: u32, head: u32, unit: u32, x: KvUnit, write: bool) -> KvUnit {
  let steps = vec2f(step127(x.k), step127(x.v));
  let scales = f16_bits(steps.x) | (f16_bits(steps.y) << 16u);
  let d = unpack2x16float(scales);
  if (write) { k_cache[scale_place(position, head, unit)] = scales; }
  var out: KvUnit;
  for (var i = 0u; i < 8u; i++) {
    let k = codes127(x.k[i], steps.x);
    let v = codes127(x.v[i], steps.y);
    if (write) {
      k_cache[key_place(position, head, unit * 8u + i, QUADS)] = k;
      v_cache[value_place(position, head, unit * 8u + i, QUADS)] = v;
    }
    out.k[i] = vec4f(unpack4xI8(k)) * d.x;
    out.v[i] = vec4f(unpack4xI8(v)) * d.y;
  }
  return out;
}
