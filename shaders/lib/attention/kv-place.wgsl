// Where the cache keeps a quad of a head. Keys lie in tiles of 32 positions, so that invocations which take a position each
// read side by side; values lie in rows, so that invocations which take a quad each do.
override QUADS: u32 = HEAD_DIM / 4u;
override UNITS: u32 = (HEAD_DIM + 31u) / 32u;
fn key_place(position: u32, head: u32, part: u32, parts: u32) -> u32 {
  return ((position / 32u * params.kv_heads + head) * parts + part) * 32u + position % 32u;
}
fn value_place(position: u32, head: u32, part: u32, parts: u32) -> u32 {
  return (position * params.kv_heads + head) * parts + part;
}
// 32 dimensions of a key and of its value, or as many as are left.
struct KvUnit { k: array<vec4f, 8>, v: array<vec4f, 8>, }
