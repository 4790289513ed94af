// The non-uniform levels of IQ4_NL and IQ4_XS. Source: kvalues_iq4nl.
const STEPS = array<f32, 16>(-127.0, -104.0, -83.0, -65.0, -49.0, -35.0, -22.0, -10.0, 1.0, 13.0, 25.0, 38.0, 53.0,
  69.0, 89.0, 113.0);
// Levels of four weights of a word of nibbles. `high` = 1 takes the high nibbles (weights 16.. of the 32).
fn steps_at(word: u32, high: u32) -> vec4f {
  let i = unpack4xU8((word >> (4u * high)) & 0x0f0f0f0fu);
  return vec4f(STEPS[i.x], STEPS[i.y], STEPS[i.z], STEPS[i.w]);
}
