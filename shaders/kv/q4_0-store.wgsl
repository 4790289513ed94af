//#import kv
//#import lib/float/f16
// The Q4_0 scale: the value of largest magnitude, sign included, divided by -8.
fn step8(x: array<vec4f, 8>) -> f32 {
  let highest4 = max(max(max(x[0], x[1]), max(x[2], x[3])), max(max(x[4], x[5]), max(x[6], x[7])));
  let maximum4 = largest32(x);
  let highest = max(max(highest4.x, highest4.y), max(highest4.z, highest4.w));
  let maximum = max(max(maximum4.x, maximum4.y), max(maximum4.z, maximum4.w));
  return select(maximum, -maximum, highest == maximum) / 8.0;
}
fn codes8(x: vec4f, step: f32) -> u32 {
  let codes = x * select(0.0, 1.0 / step, step != 0.0) + 8.5;
  return pack4xU8(vec4u(clamp(codes, vec4f(0.0), vec4f(15.0))));
}
// Stores a unit if `write` is set. Returns the unit as it will be read back.
fn store_unit(position: u32, head: u32, unit: u32, x: KvUnit, write: bool) -> KvUnit {
  let steps = vec2f(step8(x.k), step8(x.v));
  let scales = f16_bits(steps.x) | (f16_bits(steps.y) << 16u);
  let d = unpack2x16float(scales);
  if (write) { k_cache[scale_place(position, head, unit)] = scales; }
  var out: KvUnit;
  for (var i = 0u; i < 4u; i++) {
    let k = codes8(x.k[i], steps.x) | (codes8(x.k[i + 4u], steps.x) << 4u);
    let v = codes8(x.v[i], steps.y) | (codes8(x.v[i + 4u], steps.y) << 4u);
    if (write) {
      k_cache[key_place(position, head, unit * 4u + i, QUADS / 2u)] = k;
      v_cache[value_place(position, head, unit * 4u + i, QUADS / 2u)] = v;
    }
    out.k[i] = (nibbles_at(k, 0u) - 8.0) * d.x;
    out.k[i + 4u] = (nibbles_at(k, 1u) - 8.0) * d.x;
    out.v[i] = (nibbles_at(v, 0u) - 8.0) * d.y;
    out.v[i + 4u] = (nibbles_at(v, 1u) - 8.0) * d.y;
  }
  return out;
}
