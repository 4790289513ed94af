//#import lib/codes/codes
// Table STEPS of lib/decode/iq4-steps as int8.
const STEP_BYTES = vec4u(0xbfad9881u, 0xf6eaddcfu, 0x26190d01u, 0x71594535u);
fn step_bytes(words: vec4u) -> vec4u {
  return vec4u(looked_up(words.x, STEP_BYTES), looked_up(words.y, STEP_BYTES), looked_up(words.z, STEP_BYTES),
    looked_up(words.w, STEP_BYTES));
}
