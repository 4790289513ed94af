//#import lib/attention/kv-scales
//#import lib/decode/nibbles
// Q4_0 cache. The low nibbles of a word hold a quad of the unit's first half, the high nibbles one of the second half.
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
