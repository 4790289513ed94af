// Planes: qs = 12 words per block; qh = 1 word; d = f16, two blocks per word. A byte is a base-3 number as a fraction
// of 256: five weights 32 apart (words 0-7), five weights 16 apart (words 8-11) or four weights 4 apart (qh).
fn block_scale(block: u32) -> f32 { return unpack2x16float(w[params.plane2 + block / 2u] >> (16u * (block & 1u))).x; }
fn power_of_three(digit: u32) -> u32 {
  return select(select(select(select(81u, 27u, digit == 3u), 9u, digit == 2u), 3u, digit == 1u), 1u, digit == 0u);
}
// Codes 0, 1, 2 of weights 4q .. 4q + 3 of a block.
fn trits4(block: u32, q: u32) -> vec4u {
  var word: u32;
  var digit: u32;
  if (q < 40u) {
    word = w[block * 12u + (q & 7u)];
    digit = q >> 3u;
  } else if (q < 60u) {
    word = w[block * 12u + 8u + (q & 3u)];
    digit = (q - 40u) >> 2u;
  } else {
    word = w[params.plane1 + block];
    digit = q - 60u;
  }
  let shifted = (unpack4xU8(word) * power_of_three(digit)) & vec4u(255u);
  return (shifted * 3u) >> vec4u(8u);
}
fn decode4(quad: u32) -> vec4f { return (vec4f(trits4(quad / 64u, quad & 63u)) - 1.0) * block_scale(quad / 64u); }
