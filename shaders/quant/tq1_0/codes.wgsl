//#import codec/decode
//#import lib/codes/codes
//#import lib/codes/single
const HALVES: bool = false;
fn codes32(group: u32) -> Codes {
  let block = group / 8u;
  let q = (group & 7u) * 8u;
  let d = vec2f(block_scale(block));
  return Codes(
    vec4u(pack4xU8(trits4(block, q)), pack4xU8(trits4(block, q + 1u)), pack4xU8(trits4(block, q + 2u)),
      pack4xU8(trits4(block, q + 3u))),
    vec4u(pack4xU8(trits4(block, q + 4u)), pack4xU8(trits4(block, q + 5u)), pack4xU8(trits4(block, q + 6u)),
      pack4xU8(trits4(block, q + 7u))),
    d, d);
}
