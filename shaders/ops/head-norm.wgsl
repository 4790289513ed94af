// RMS norm in place over parts of qkv rows: single heads, or all queries or keys together.
//#import subgroup
struct Params { cols: u32, stride: u32, at: u32, epsilon: f32, weight_at: u32, }
@group(0) @binding(0) var<storage, read> weight: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

override SUBGROUP_SIZE: u32 = 64u;

@compute @workgroup_size(SUBGROUP_SIZE)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let quads = params.cols / 4u;
  let start = (wid.y * params.stride + params.at) / 4u + wid.x * quads;
  var sum = 0.0;
  for (var i = invocation; i < quads; i += SUBGROUP_SIZE) { sum += dot(x[start + i], x[start + i]); }
  let scale = 1.0 / sqrt(subgroup_sum(sum, invocation) / f32(params.cols) + params.epsilon);
  for (var i = invocation; i < quads; i += SUBGROUP_SIZE) { x[start + i] *= scale * weight[params.weight_at / 4u + i]; }
}
