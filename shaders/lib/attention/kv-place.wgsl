// Layout of the KV cache, in quads of a head. Keys are stored in tiles of 32 positions and values in rows, so that
// reads are coalesced: scores have one position per invocation, weighted sums one quad per invocation.
override QUADS: u32 = HEAD_DIM / 4u;
override UNITS: u32 = (HEAD_DIM + 31u) / 32u;
fn key_place(position: u32, head: u32, part: u32, parts: u32) -> u32 {
  return ((position / 32u * params.kv_heads + head) * parts + part) * 32u + position % 32u;
}
fn value_place(position: u32, head: u32, part: u32, parts: u32) -> u32 {
  return (position * params.kv_heads + head) * parts + part;
}
// A unit: up to 32 dimensions of a key and of its value.
struct KvUnit { k: array<vec4f, 8>, v: array<vec4f, 8>, }
