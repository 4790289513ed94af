//#import lib/decode/table16
// The 16 values of E2M1, doubled. Source: kvalues_mxfp4.
const FP4 = array<f32, 16>(0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 0.0, -1.0, -2.0, -3.0, -4.0, -6.0, -8.0, -12.0);
// The same as int8, four per word.
const FP4_BYTES = vec4u(0x03020100u, 0x0c080604u, 0xfdfeff00u, 0xf4f8fafcu);
fn fp4_at(nibbles: u32) -> vec4f {
  return vec4f(unpack4xI8(looked_up(nibbles, FP4_BYTES)));
}
// Half of the E8M0 scale 2^(exponent - 127). Source: e8m0_to_fp32_half.
fn power_of_two_half(exponent: u32) -> f32 {
  if (exponent < 2u) { return bitcast<f32>(0x00200000u << exponent); }
  return bitcast<f32>((exponent - 1u) << 23u);
}
// Half of an unsigned E4M3 scale. Source: ggml_ue4m3_to_fp32.
fn ue4m3_half(code: u32) -> f32 {
  let mantissa = f32(code & 7u);
  let exponent = (code >> 3u) & 15u;
  if (code == 0u || code == 127u) { return 0.0; }
  if (exponent == 0u) { return mantissa * 0.0009765625; }
  return (1.0 + mantissa * 0.125) * bitcast<f32>((exponent + 119u) << 23u);
}
