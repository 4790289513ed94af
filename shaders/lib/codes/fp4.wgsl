//#import lib/codes/codes
// Table FP4 of lib/decode/fp4 as int8.
const FP4_BYTES = vec4u(0x03020100u, 0x0c080604u, 0xfdfeff00u, 0xf4f8fafcu);
fn fp4_bytes(words: vec4u) -> vec4u {
  return vec4u(looked_up(words.x, FP4_BYTES), looked_up(words.y, FP4_BYTES), looked_up(words.z, FP4_BYTES),
    looked_up(words.w, FP4_BYTES));
}
