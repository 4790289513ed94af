// Rounds activation rows to int8 in blocks of 32, after an RMS norm if NORM. One row per workgroup.
//#import subgroup
//#import lib/product/int8-blocks
//#import lib/product/norm32
struct Params { cols: u32, epsilon: f32, }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> norm: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> codes: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> scales: array<vec2u>;
@group(0) @binding(4) var<uniform> params: Params;

override SUBGROUP_SIZE: u32 = 64u;
override NORM: bool = false;

@compute @workgroup_size(SUBGROUP_SIZE)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let groups = params.cols / 32u;
  let start = wid.x * groups;
  var scale = 1.0;
  if (NORM) {
    var squares = 0.0;
    for (var i = invocation; i < params.cols / 4u; i += SUBGROUP_SIZE) { squares += dot(x[start * 8u + i], x[start * 8u + i]); }
    scale = 1.0 / sqrt(subgroup_sum(squares, invocation) / f32(params.cols) + params.epsilon);
  }
  for (var b = invocation; b < groups; b += SUBGROUP_SIZE) {
    let i = (start + b) * 8u;
    var v = input32(i);
    if (NORM) { v = normalized32(v, b * 8u, scale); }
    let block = to_block8(v);
    codes[(start + b) * 2u] = block.lo;
    codes[(start + b) * 2u + 1u] = block.hi;
    scales[start + b] = pack_block_scale(block);
  }
}
