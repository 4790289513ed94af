enable f16;
// Rows of activations as float16, normalized before where NORM says so: a row a workgroup. A row is divided by its step, so
// that its largest number lies well inside the range whatever the activations are.
//#import lanes
struct Params { cols: u32, epsilon: f32, }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> norm: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> halves: array<vec4h>;
@group(0) @binding(3) var<storage, read_write> steps: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

override LANES: u32 = 64u;
override NORM: bool = false;
const LARGEST: f32 = 16384.0;

fn value(start: u32, i: u32) -> vec4f {
  if (NORM) { return x[start + i] * norm[i]; }
  return x[start + i];
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quads = params.cols / 4u;
  let start = wid.x * quads;
  var squares = 0.0;
  var most4 = vec4f();
  for (var i = lane; i < quads; i += LANES) {
    if (NORM) { squares += dot(x[start + i], x[start + i]); }
    most4 = max(most4, abs(value(start, i)));
  }
  let most = lane_max(max(max(most4.x, most4.y), max(most4.z, most4.w)), lane);
  var scale = 1.0;
  if (NORM) { scale = 1.0 / sqrt(lane_sum(squares, lane) / f32(params.cols) + params.epsilon); }
  let inverse = select(0.0, LARGEST / most, most > 0.0);
  for (var i = lane; i < quads; i += LANES) { halves[start + i] = vec4h(value(start, i) * inverse); }
  if (lane == 0u) { steps[wid.x] = most * scale / LARGEST; }
}
