// Measures read bandwidth: reads a buffer once, 16 bytes per load.
struct Params { quads: u32, per_invocation: u32, first_workgroup: u32, }
@group(0) @binding(0) var<storage, read> x: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

override WIDTH: u32 = 256u;

@compute @workgroup_size(WIDTH)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let workgroup = params.first_workgroup + wid.x;
  let first = workgroup * WIDTH * params.per_invocation + invocation;
  var sum = vec4u();
  for (var i = 0u; i < params.per_invocation; i++) { sum ^= x[min(first + i * WIDTH, params.quads - 1u)]; }
  // The compiler cannot evaluate this condition, so it cannot remove the reads.
  if ((sum.x ^ sum.y ^ sum.z ^ sum.w) == 0x9e3779b9u) { y[workgroup] = sum.x; }
}
