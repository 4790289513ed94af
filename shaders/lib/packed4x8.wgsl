// The packed 4x8 integer functions for a WGSL that lacks them (its language feature packed_4x8_integer_dot_product), where
// their names are free. wgsl/packed4x8 imports this file where it is needed.
fn unpack4xU8(e: u32) -> vec4u { return (vec4u(e) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(0xffu); }
fn unpack4xI8(e: u32) -> vec4i { return (vec4i(bitcast<i32>(e)) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u); }
fn pack4xU8(e: vec4u) -> u32 {
  let bytes = (e & vec4u(0xffu)) << vec4u(0u, 8u, 16u, 24u);
  return bytes.x | bytes.y | bytes.z | bytes.w;
}
fn pack4xI8(e: vec4i) -> u32 { return pack4xU8(bitcast<vec4u>(e)); }
fn dot4I8Packed(e: u32, f: u32) -> i32 {
  let products = unpack4xI8(e) * unpack4xI8(f);
  return products.x + products.y + products.z + products.w;
}
