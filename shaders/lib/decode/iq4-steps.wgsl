//#import lib/decode/table16
// The non-uniform levels of IQ4_NL and IQ4_XS. Source: kvalues_iq4nl.
const STEPS = array<f32, 16>(-127.0, -104.0, -83.0, -65.0, -49.0, -35.0, -22.0, -10.0, 1.0, 13.0, 25.0, 38.0, 53.0,
  69.0, 89.0, 113.0);
// The same as int8, four per word.
const STEP_BYTES = vec4u(0xbfad9881u, 0xf6eaddcfu, 0x26190d01u, 0x71594535u);
// Levels of four weights of a word of nibbles. `high` = 1 takes the high nibbles (weights 16.. of the 32).
fn steps_at(word: u32, high: u32) -> vec4f {
  return vec4f(unpack4xI8(looked_up(word >> (4u * high), STEP_BYTES)));
}
