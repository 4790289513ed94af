// GGUF blocks -> one device plane: word j of the plane is gathered byte by byte. Moves bytes, no arithmetic.
//#import lib/grid
struct Params { words: u32, plane_bytes: u32, at: u32, block_bytes: u32, target_word: u32, blocks: u32, }
@group(0) @binding(0) var<storage, read> gguf: array<u32>;
@group(0) @binding(1) var<storage, read_write> w: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

fn gguf_byte(plane_byte: u32) -> u32 {
  let block = plane_byte / params.plane_bytes;
  if (block >= params.blocks) { return 0u; }
  let start = block * params.block_bytes + params.at + plane_byte % params.plane_bytes;
  return (gguf[start / 4u] >> (8u * (start & 3u))) & 255u;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let word = linear_workgroup(wid) * 64u + lane;
  if (word >= params.words) { return; }
  let b = word * 4u;
  w[params.target_word + word] = gguf_byte(b) | (gguf_byte(b + 1u) << 8u) | (gguf_byte(b + 2u) << 16u)
    | (gguf_byte(b + 3u) << 24u);
}
