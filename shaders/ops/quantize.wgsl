// f32 `x` -> device planes of the codec, from block `first_block` of the tensor on. `importance` and `spread` are read
// with an importance matrix, `search` by codebook formats. The codec imports what divides the work among invocations:
// lib/encode/by-invocation, or a search in which a workgroup encodes its blocks together. A dispatch begins with
// `first_workgroup` of the slice. Slots `codec` and `importance`.
//#import lib/grid
//#import codec/encode
struct Params {
  elements: u32, first_workgroup: u32, first_block: u32, plane1: u32, plane2: u32, plane3: u32,
  cols: u32, first_row: u32, matrix_rows: u32, zero: u32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> w: array<u32>;
@group(0) @binding(2) var<storage, read> importance: array<f32>;
@group(0) @binding(3) var<storage, read> spread: array<f32>;
@group(0) @binding(4) var<storage, read> search: array<u32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  encode_workgroup(params.first_workgroup + linear_workgroup(wid), invocation);
}
