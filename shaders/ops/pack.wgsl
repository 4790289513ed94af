// Device planes -> GGUF blocks, the inverse of ops/unpack. An invocation gathers the bytes of one output word.
//#import lib/grid
struct Params {
  words: u32, block_bytes: u32, first_block: u32, blocks: u32,
  at1: u32, at2: u32, at3: u32, at0: u32,
  bytes0: u32, bytes1: u32, bytes2: u32, bytes3: u32,
  plane1: u32, plane2: u32, plane3: u32,
}
@group(0) @binding(0) var<storage, read> w: array<u32>;
@group(0) @binding(1) var<storage, read_write> gguf: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

fn plane_byte(plane: u32, index: u32) -> u32 { return (w[plane + index / 4u] >> (8u * (index & 3u))) & 255u; }
fn device_byte(block: u32, at: u32) -> u32 {
  if (at - params.at0 < params.bytes0) { return plane_byte(0u, block * params.bytes0 + at - params.at0); }
  if (at - params.at1 < params.bytes1) { return plane_byte(params.plane1, block * params.bytes1 + at - params.at1); }
  if (at - params.at2 < params.bytes2) { return plane_byte(params.plane2, block * params.bytes2 + at - params.at2); }
  return plane_byte(params.plane3, block * params.bytes3 + at - params.at3);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let word = linear_workgroup(wid) * 64u + invocation;
  if (word >= params.words) { return; }
  var local = (word * 4u) / params.block_bytes;
  var at = (word * 4u) % params.block_bytes;
  var out = 0u;
  for (var b = 0u; b < 4u; b++) {
    if (local < params.blocks) { out |= device_byte(params.first_block + local, at) << (8u * b); }
    at += 1u;
    if (at == params.block_bytes) {
      at = 0u;
      local += 1u;
    }
  }
  gguf[word] = out;
}
