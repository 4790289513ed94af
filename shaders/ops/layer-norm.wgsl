// y = (x - mean) / deviation * weight + bias, a row a workgroup. `last` takes only the newest row, into row 0.
//#import lanes
struct Params { cols: u32, epsilon: f32, last: u32, }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> weight: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read> state: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

override LANES: u32 = 64u;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quads = params.cols / 4u;
  let start = select(wid.x, state[1] - 1u, params.last == 1u) * quads;
  var sum = vec4f();
  for (var i = lane; i < quads; i += LANES) { sum += x[start + i]; }
  let mean = lane_sum(dot(sum, vec4f(1.0)), lane) / f32(params.cols);
  var squares = 0.0;
  for (var i = lane; i < quads; i += LANES) {
    let d = x[start + i] - mean;
    squares += dot(d, d);
  }
  let scale = 1.0 / sqrt(lane_sum(squares, lane) / f32(params.cols) + params.epsilon);
  for (var i = lane; i < quads; i += LANES) {
    y[wid.x * quads + i] = (x[start + i] - mean) * scale * weight[i] + bias[i];
  }
}
