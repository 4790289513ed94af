//#import lib/encode/by-invocation
//#import lib/encode/fp4
const ENCODE_GROUP: u32 = 64u;

// Nearest UE4M3 code, half up, at most 126 (448). Source: ggml_fp32_to_ue4m3.
fn ue4m3(v: f32) -> u32 {
  if (!(v > 0.0)) { return 0u; }
  let bits = bitcast<u32>(min(v, 448.0));
  let exponent = i32(bits >> 23u) - 120;
  if (exponent <= 0) { return min(7u, u32(trunc(fence(v * 512.0) + 0.5))); }
  // A mantissa that rounds up to 8 carries into the exponent. Values of 256 and above become 448.
  let code = (u32(exponent) << 3u) + ((bits >> 20u) & 7u) + ((bits >> 19u) & 1u);
  return select(code, 126u, code >= 120u);
}
fn encode_group(group: u32) {
  let block = params.first_block + group;
  var scales = 0u;
  for (var s = 0u; s < 4u; s++) {
    let at = group * 64u + 16u * s;
    let code = ue4m3(div(largest_of(at, 16u), 6.0));
    let d = ue4m3_half(code);
    scales |= code << (8u * s);
    for (var k = 0u; k < 2u; k++) {
      var word = 0u;
      for (var b = 0u; b < 4u; b++) {
        let i = at + 4u * k + b;
        word |= (nearest_fp4(x[i], d) | (nearest_fp4(x[i + 8u], d) << 4u)) << (8u * b);
      }
      w[block * 8u + 2u * s + k] = word;
    }
  }
  w[params.plane1 + block] = scales;
}
