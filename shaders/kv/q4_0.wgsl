//#import lib/attention/kv-scales
//#import lib/decode/nibbles
// The cache as Q4_0: a word of nibbles holds a quad of the first half of its unit low, and one of the second high.
fn word_of(quad: u32) -> u32 { return (quad / 8u) * 4u + (quad & 3u); }
fn key4(position: u32, head: u32, quad: u32) -> vec4f {
  let d = unpack2x16float(k_cache[scale_place(position, head, quad / 8u)]).x;
  let word = k_cache[key_place(position, head, word_of(quad), QUADS / 2u)];
  return (nibbles_at(word, (quad >> 2u) & 1u) - 8.0) * d;
}
fn value_at4(position: u32, head: u32, quad: u32) -> vec4f {
  let d = unpack2x16float(k_cache[scale_place(position, head, quad / 8u)]).y;
  let word = v_cache[value_place(position, head, word_of(quad), QUADS / 2u)];
  return (nibbles_at(word, (quad >> 2u) & 1u) - 8.0) * d;
}
