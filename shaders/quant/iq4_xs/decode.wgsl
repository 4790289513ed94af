//#import lib/decode/iq4-steps
// Planes: qs = 32 words per block, 4 per group; head = 2 words: f16 d and 16 high scale bits, then 32 low scale bits.
fn group_step(block: u32, j: u32) -> f32 {
  let head = w[params.plane1 + block * 2u];
  let low = (w[params.plane1 + block * 2u + 1u] >> (4u * j)) & 15u;
  let high = (head >> (16u + 2u * j)) & 3u;
  return unpack2x16float(head).x * (f32(low | (high << 4u)) - 32.0);
}
fn decode4(quad: u32) -> vec4f {
  let block = quad / 64u;
  let j = (quad >> 3u) & 7u;
  return steps_at(w[block * 32u + j * 4u + (quad & 3u)], (quad >> 2u) & 1u) * group_step(block, j);
}
