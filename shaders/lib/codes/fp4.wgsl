//#import lib/codes/codes
//#import lib/decode/fp4
fn fp4_bytes(words: vec4u) -> vec4u {
  return vec4u(looked_up(words.x, FP4_BYTES), looked_up(words.y, FP4_BYTES), looked_up(words.z, FP4_BYTES),
    looked_up(words.w, FP4_BYTES));
}
