//#import lib/codes/codes
//#import lib/decode/iq4-steps
fn step_bytes(words: vec4u) -> vec4u {
  return vec4u(looked_up(words.x, STEP_BYTES), looked_up(words.y, STEP_BYTES), looked_up(words.z, STEP_BYTES),
    looked_up(words.w, STEP_BYTES));
}
