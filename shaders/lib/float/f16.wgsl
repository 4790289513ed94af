// f32 bits to f16 bits, rounded to nearest even. pack2x16float may round either way.
fn f16_from_bits(bits: u32) -> u32 {
  let sign = (bits >> 16u) & 0x8000u;
  let a = bits & 0x7fffffffu;
  if (a > 0x7f800000u) { return sign | 0x7e00u; }
  if (a >= 0x47800000u) { return sign | 0x7c00u; }
  if (a < 0x38800000u) {
    let shift = 126u - (a >> 23u);
    if (shift > 24u) { return sign; }
    let m = (a & 0x7fffffu) | 0x800000u;
    let h = m >> shift;
    let rest = m & ((1u << shift) - 1u);
    let half = 1u << (shift - 1u);
    return sign | (h + select(0u, 1u, rest > half || (rest == half && (h & 1u) == 1u)));
  }
  let r = a - 0x38000000u;
  return sign | ((r + 0xfffu + ((r >> 13u) & 1u)) >> 13u);
}
fn f16_bits(x: f32) -> u32 { return f16_from_bits(bitcast<u32>(x)); }
fn f16_value(bits: u32) -> f32 { return unpack2x16float(bits).x; }
