//#import lib/encode/by-invocation
//#import lib/encode/fp4
const ENCODE_GROUP: u32 = 128u;

// floor(log2(v)) with log2 in float32, as in the reference: it rounds up to k just below 2^k.
fn floor_log2(v: f32) -> i32 {
  let bits = bitcast<u32>(v);
  let e = i32(bits >> 23u) - 127;
  if (e == -127) { return i32(firstLeadingBit(bits)) - 149; }
  // The logarithm lies gap x 1.4427 x 2^-24 below k = e + 1; it rounds to k within half a float32 step of k.
  let k = e + 1;
  if (k == 0) { return e; }
  let magnitude = u32(abs(k));
  var reach = f32(1u << firstLeadingBit(magnitude));
  if (k > 0 && (magnitude & (magnitude - 1u)) == 0u) { reach *= 0.5; }    // float32 steps halve below a power of two
  let gap = 0x800000u - (bits & 0x7fffffu);
  return select(e, k, f32(gap) * 1.442695 < reach);
}
fn encode_block(at: u32, block: u32) -> u32 {
  let top = largest_of(at, 32u);
  var e = 0u;
  if (top > 0.0) { e = u32(floor_log2(top) + 125) & 255u; }
  let d = power_of_two_half(e);
  for (var k = 0u; k < 4u; k++) {
    var word = 0u;
    for (var b = 0u; b < 4u; b++) {
      let i = at + 4u * k + b;
      word |= (nearest_fp4(x[i], d) | (nearest_fp4(x[i + 16u], d) << 4u)) << (8u * b);
    }
    w[block * 4u + k] = word;
  }
  return e;
}
fn encode_group(group: u32) {
  let block = params.first_block + group * 4u;
  var exponents = 0u;
  for (var k = 0u; k < 4u; k++) {
    if (group * 128u + 32u * k < params.elements) { exponents |= encode_block(group * 128u + 32u * k, block + k) << (8u * k); }
  }
  w[params.plane1 + block / 4u] = exponents;
}
