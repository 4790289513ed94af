// GGUF blocks -> one device plane. An invocation gathers the bytes of one word of the plane.
//#import lib/grid
struct Params { words: u32, plane_bytes: u32, at: u32, block_bytes: u32, target_word: u32, blocks: u32, }
@group(0) @binding(0) var<storage, read> gguf: array<u32>;
@group(0) @binding(1) var<storage, read_write> w: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let word = linear_workgroup(wid) * 64u + invocation;
  if (word >= params.words) { return; }
  var block = (word * 4u) / params.plane_bytes;
  var at = (word * 4u) % params.plane_bytes;
  var out = 0u;
  for (var b = 0u; b < 4u; b++) {
    if (block < params.blocks) {
      let source = block * params.block_bytes + params.at + at;
      out |= ((gguf[source / 4u] >> (8u * (source & 3u))) & 255u) << (8u * b);
    }
    at += 1u;
    if (at == params.plane_bytes) {
      at = 0u;
      block += 1u;
    }
  }
  w[params.target_word + word] = out;
}
