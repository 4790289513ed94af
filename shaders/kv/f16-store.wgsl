//#import kv
//#import lib/float/f16
fn half2(a: f32, b: f32) -> u32 { return f16_bits(a) | (f16_bits(b) << 16u); }
// Stores a unit if `write` is set. Returns the unit as it will be read back.
fn store_unit(position: u32, head: u32, unit: u32, x: KvUnit, write: bool) -> KvUnit {
  var out: KvUnit;
  for (var i = 0u; i < min(8u, QUADS - unit * 8u); i++) {
    let k = vec2u(half2(x.k[i].x, x.k[i].y), half2(x.k[i].z, x.k[i].w));
    let v = vec2u(half2(x.v[i].x, x.v[i].y), half2(x.v[i].z, x.v[i].w));
    if (write) {
      let to_k = key_place(position, head, unit * 8u + i, QUADS) * 2u;
      let to_v = value_place(position, head, unit * 8u + i, QUADS) * 2u;
      k_cache[to_k] = k.x;
      k_cache[to_k + 1u] = k.y;
      v_cache[to_v] = v.x;
      v_cache[to_v + 1u] = v.y;
    }
    out.k[i] = halves4(k.x, k.y);
    out.v[i] = halves4(v.x, v.y);
  }
  return out;
}
