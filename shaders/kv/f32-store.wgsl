//#import kv
// Stores a unit if `write` is set. Returns the unit as it will be read back.
fn store_unit(position: u32, head: u32, unit: u32, x: KvUnit, write: bool) -> KvUnit {
  if (!write) { return x; }
  for (var i = 0u; i < min(8u, QUADS - unit * 8u); i++) {
    let k = bitcast<vec4u>(x.k[i]);
    let v = bitcast<vec4u>(x.v[i]);
    let to_k = key_place(position, head, unit * 8u + i, QUADS) * 4u;
    let to_v = value_place(position, head, unit * 8u + i, QUADS) * 4u;
    for (var c = 0u; c < 4u; c++) {
      k_cache[to_k + c] = k[c];
      v_cache[to_v + c] = v[c];
    }
  }
  return x;
}
