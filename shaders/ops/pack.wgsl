// Device planes -> GGUF blocks: the inverse of unpack. Word j of the output is gathered byte by byte.
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
fn device_byte(i: u32) -> u32 {
  let local = i / params.block_bytes;
  if (local >= params.blocks) { return 0u; }
  let block = params.first_block + local;
  let at = i % params.block_bytes;
  if (at - params.at0 < params.bytes0) { return plane_byte(0u, block * params.bytes0 + at - params.at0); }
  if (at - params.at1 < params.bytes1) { return plane_byte(params.plane1, block * params.bytes1 + at - params.at1); }
  if (at - params.at2 < params.bytes2) { return plane_byte(params.plane2, block * params.bytes2 + at - params.at2); }
  return plane_byte(params.plane3, block * params.bytes3 + at - params.at3);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let word = linear_workgroup(wid) * 64u + lane;
  if (word >= params.words) { return; }
  let b = word * 4u;
  gguf[word] = device_byte(b) | (device_byte(b + 1u) << 8u) | (device_byte(b + 2u) << 16u) | (device_byte(b + 3u) << 24u);
}
