//#import codec/decode
// Floats have no codes.
fn weights32(group: u32) -> array<vec4f, 8> {
  let q = group * 8u;
  return array(decode4(q), decode4(q + 1u), decode4(q + 2u), decode4(q + 3u), decode4(q + 4u), decode4(q + 5u),
    decode4(q + 6u), decode4(q + 7u));
}
