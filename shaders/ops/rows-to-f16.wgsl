enable f16;
// Converts activation rows to float16, after an RMS norm if NORM. One row per workgroup. A row is divided by its scale,
// so that its largest magnitude is well inside the range of float16.
//#import subgroup
struct Params { cols: u32, epsilon: f32, }
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> norm: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> halves: array<vec4h>;
@group(0) @binding(3) var<storage, read_write> steps: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

override SUBGROUP_SIZE: u32 = 64u;
override NORM: bool = false;
const LARGEST: f32 = 16384.0;

fn value(start: u32, i: u32) -> vec4f {
  if (NORM) { return x[start + i] * norm[i]; }
  return x[start + i];
}

@compute @workgroup_size(SUBGROUP_SIZE)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let quads = params.cols / 4u;
  let start = wid.x * quads;
  var squares = 0.0;
  var maximum4 = vec4f();
  for (var i = invocation; i < quads; i += SUBGROUP_SIZE) {
    if (NORM) { squares += dot(x[start + i], x[start + i]); }
    maximum4 = max(maximum4, abs(value(start, i)));
  }
  let maximum = subgroup_max(max(max(maximum4.x, maximum4.y), max(maximum4.z, maximum4.w)), invocation);
  var scale = 1.0;
  if (NORM) { scale = 1.0 / sqrt(subgroup_sum(squares, invocation) / f32(params.cols) + params.epsilon); }
  let inverse = select(0.0, LARGEST / maximum, maximum > 0.0);
  for (var i = invocation; i < quads; i += SUBGROUP_SIZE) { halves[start + i] = vec4h(value(start, i) * inverse); }
  if (invocation == 0u) { steps[wid.x] = maximum * scale / LARGEST; }
}
