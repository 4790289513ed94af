// y = (x - mean) / deviation * weight + bias, one row per workgroup. `last`: only the newest row, to row 0 of y.
//#import subgroup
struct Params { cols: u32, epsilon: f32, last: u32, }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read> state: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

override SUBGROUP_SIZE: u32 = 64u;

@compute @workgroup_size(SUBGROUP_SIZE)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let quads = params.cols / 4u;
  let start = select(wid.x, state[1] - 1u, params.last == 1u) * quads;
  var sum = vec4f();
  for (var i = invocation; i < quads; i += SUBGROUP_SIZE) { sum += x[start + i]; }
  let mean = subgroup_sum(dot(sum, vec4f(1.0)), invocation) / f32(params.cols);
  var squares = 0.0;
  for (var i = invocation; i < quads; i += SUBGROUP_SIZE) {
    let d = x[start + i] - mean;
    squares += dot(d, d);
  }
  let scale = 1.0 / sqrt(subgroup_sum(squares, invocation) / f32(params.cols) + params.epsilon);
  for (var i = invocation; i < quads; i += SUBGROUP_SIZE) {
    y[wid.x * quads + i] = (x[start + i] - mean) * scale * weight[i] + bias[i];
  }
}
